//! Given and family names common across India, each in three scripts.
//!
//! Given and family names are drawn independently of each other and of everything else about a customer: nothing in
//! the shop can be told from a name, and no analysis is rewarded for trying.

/// The script a name is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    Latin,
    Devanagari,
    Bengali,
}

/// One name in its three scripts, in Unicode's composed form (NFC).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name {
    latin: &'static str,
    devanagari: &'static str,
    bengali: &'static str,
}

impl Name {
    /// The name in a script.
    pub(crate) fn in_script(&self, script: Script) -> &'static str {
        match script {
            Script::Latin => self.latin,
            Script::Devanagari => self.devanagari,
            Script::Bengali => self.bengali,
        }
    }

    /// The Latin name as it stands in an e-mail address: lower-case letters only.
    pub(crate) fn mail_part(&self) -> String {
        self.latin.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
    }
}

const fn n(latin: &'static str, devanagari: &'static str, bengali: &'static str) -> Name {
    Name { latin, devanagari, bengali }
}

/// Given names.
pub(crate) const GIVEN: &[Name; 86] = &[
    n("Aarav", "आरव", "আরভ"),
    n("Aditi", "अदिति", "অদিতি"),
    n("Aisha", "आयशा", "আয়েশা"),
    n("Ajay", "अजय", "অজয়"),
    n("Akash", "आकाश", "আকাশ"),
    n("Alisha", "अलीशा", "আলিশা"),
    n("Amina", "अमीना", "আমিনা"),
    n("Amit", "अमित", "অমিত"),
    n("Ananya", "अनन्या", "অনন্যা"),
    n("Anil", "अनिल", "অনিল"),
    n("Anita", "अनीता", "অনিতা"),
    n("Anjali", "अंजलि", "অঞ্জলি"),
    n("Arjun", "अर्जुन", "অর্জুন"),
    n("Asha", "आशा", "আশা"),
    n("Ayaan", "अयान", "আয়ান"),
    n("Bhavna", "भावना", "ভাবনা"),
    n("Chandan", "चंदन", "চন্দন"),
    n("David", "डेविड", "ডেভিড"),
    n("Debashish", "देवाशीष", "দেবাশীষ"),
    n("Deepa", "दीपा", "দীপা"),
    n("Deepak", "दीपक", "দীপক"),
    n("Divya", "दिव्या", "দিব্যা"),
    n("Farhan", "फ़रहान", "ফারহান"),
    n("Fatima", "फ़ातिमा", "ফাতিমা"),
    n("Gautam", "गौतम", "গৌতম"),
    n("Gurpreet", "गुरप्रीत", "গুরপ্রীত"),
    n("Harpreet", "हरप्रीत", "হরপ্রীত"),
    n("Imran", "इमरान", "ইমরান"),
    n("Indira", "इंदिरा", "ইন্দিরা"),
    n("Ishita", "इशिता", "ঈশিতা"),
    n("Jaya", "जया", "জয়া"),
    n("Joseph", "जोसेफ़", "জোসেফ"),
    n("Jyoti", "ज्योति", "জ্যোতি"),
    n("Kabir", "कबीर", "কবীর"),
    n("Karthik", "कार्तिक", "কার্তিক"),
    n("Kavita", "कविता", "কবিতা"),
    n("Kiran", "किरण", "কিরণ"),
    n("Lakshmi", "लक्ष्मी", "লক্ষ্মী"),
    n("Lalita", "ललिता", "ললিতা"),
    n("Manoj", "मनोज", "মনোজ"),
    n("Maria", "मारिया", "মারিয়া"),
    n("Meenakshi", "मीनाक्षी", "মীনাক্ষী"),
    n("Meera", "मीरा", "মীরা"),
    n("Mohan", "मोहन", "মোহন"),
    n("Mumtaz", "मुमताज़", "মমতাজ"),
    n("Nandini", "नंदिनी", "নন্দিনী"),
    n("Naveen", "नवीन", "নবীন"),
    n("Neha", "नेहा", "নেহা"),
    n("Nikhil", "निखिल", "নিখিল"),
    n("Nisha", "निशा", "নিশা"),
    n("Parveen", "परवीन", "পারভীন"),
    n("Pooja", "पूजा", "পূজা"),
    n("Pranab", "प्रणब", "প্রণব"),
    n("Priya", "प्रिया", "প্রিয়া"),
    n("Rahul", "राहुल", "রাহুল"),
    n("Rajesh", "राजेश", "রাজেশ"),
    n("Ravi", "रवि", "রবি"),
    n("Rekha", "रेखा", "রেখা"),
    n("Rohan", "रोहन", "রোহন"),
    n("Rubina", "रुबीना", "রুবিনা"),
    n("Rustom", "रुस्तम", "রুস্তম"),
    n("Sana", "सना", "সানা"),
    n("Sandeep", "संदीप", "সন্দীপ"),
    n("Sanjay", "संजय", "সঞ্জয়"),
    n("Sarita", "सरिता", "সরিতা"),
    n("Sayantan", "सायंतन", "সায়ন্তন"),
    n("Shabnam", "शबनम", "শবনম"),
    n("Shreya", "श्रेया", "শ্রেয়া"),
    n("Simran", "सिमरन", "সিমরন"),
    n("Sneha", "स्नेहा", "স্নেহা"),
    n("Subrata", "सुब्रत", "সুব্রত"),
    n("Sunil", "सुनील", "সুনীল"),
    n("Sunita", "सुनीता", "সুনীতা"),
    n("Suresh", "सुरेश", "সুরেশ"),
    n("Swati", "स्वाति", "স্বাতী"),
    n("Tanvi", "तन्वी", "তন্বী"),
    n("Tenzin", "तेनज़िन", "তেনজিন"),
    n("Thomas", "थॉमस", "থমাস"),
    n("Uma", "उमा", "উমা"),
    n("Usha", "उषा", "ঊষা"),
    n("Vijay", "विजय", "বিজয়"),
    n("Vikram", "विक्रम", "বিক্রম"),
    n("Wasim", "वसीम", "ওয়াসিম"),
    n("Yasmin", "यास्मीन", "ইয়াসমিন"),
    n("Zoya", "ज़ोया", "জোয়া"),
    n("Zubin", "ज़ुबिन", "জুবিন"),
];

/// Family names.
pub(crate) const FAMILY: &[Name; 70] = &[
    n("Agarwal", "अग्रवाल", "আগরওয়াল"),
    n("Ahmed", "अहमद", "আহমেদ"),
    n("Ali", "अली", "আলী"),
    n("Ansari", "अंसारी", "আনসারি"),
    n("Banerjee", "बनर्जी", "ব্যানার্জী"),
    n("Basu", "बसु", "বসু"),
    n("Bhat", "भट", "ভাট"),
    n("Biswas", "विश्वास", "বিশ্বাস"),
    n("Bora", "बोरा", "বরা"),
    n("Chakraborty", "चक्रवर्ती", "চক্রবর্তী"),
    n("Chatterjee", "चटर्जी", "চ্যাটার্জী"),
    n("Chauhan", "चौहान", "চৌহান"),
    n("Choudhury", "चौधरी", "চৌধুরী"),
    n("Das", "दास", "দাস"),
    n("Deshmukh", "देशमुख", "দেশমুখ"),
    n("D'Souza", "डिसूज़ा", "ডিসুজা"),
    n("Dutta", "दत्ता", "দত্ত"),
    n("Fernandes", "फ़र्नांडिस", "ফার্নান্ডেজ"),
    n("Garg", "गर्ग", "গর্গ"),
    n("Ghosh", "घोष", "ঘোষ"),
    n("Gill", "गिल", "গিল"),
    n("Gupta", "गुप्ता", "গুপ্ত"),
    n("Hussain", "हुसैन", "হোসেন"),
    n("Iyer", "अय्यर", "আইয়ার"),
    n("Jain", "जैन", "জৈন"),
    n("Joshi", "जोशी", "যোশী"),
    n("Kaur", "कौर", "কৌর"),
    n("Khan", "ख़ान", "খান"),
    n("Kulkarni", "कुलकर्णी", "কুলকার্নি"),
    n("Kumar", "कुमार", "কুমার"),
    n("Lama", "लामा", "লামা"),
    n("Mahato", "महतो", "মাহাতো"),
    n("Malik", "मलिक", "মালিক"),
    n("Mandal", "मंडल", "মণ্ডল"),
    n("Mehta", "मेहता", "মেহতা"),
    n("Menon", "मेनन", "মেনন"),
    n("Mishra", "मिश्रा", "মিশ্র"),
    n("Mistry", "मिस्त्री", "মিস্ত্রি"),
    n("Mukherjee", "मुखर्जी", "মুখার্জী"),
    n("Murmu", "मुर्मू", "মুর্মু"),
    n("Naidu", "नायडू", "নাইডু"),
    n("Nair", "नायर", "নায়ার"),
    n("Oraon", "उराँव", "ওরাওঁ"),
    n("Pandey", "पांडेय", "পাণ্ডে"),
    n("Patel", "पटेल", "প্যাটেল"),
    n("Patil", "पाटिल", "পাতিল"),
    n("Paul", "पॉल", "পাল"),
    n("Pillai", "पिल्लई", "পিল্লাই"),
    n("Qureshi", "क़ुरैशी", "কুরেশি"),
    n("Rao", "राव", "রাও"),
    n("Rathore", "राठौड़", "রাঠোর"),
    n("Reddy", "रेड्डी", "রেড্ডি"),
    n("Roy", "रॉय", "রায়"),
    n("Saha", "साहा", "সাহা"),
    n("Sarkar", "सरकार", "সরকার"),
    n("Sen", "सेन", "সেন"),
    n("Shah", "शाह", "শাহ"),
    n("Sharma", "शर्मा", "শর্মা"),
    n("Sheikh", "शेख़", "শেখ"),
    n("Siddiqui", "सिद्दीक़ी", "সিদ্দিকী"),
    n("Singh", "सिंह", "সিং"),
    n("Sinha", "सिन्हा", "সিনহা"),
    n("Tamang", "तमांग", "তামাং"),
    n("Thakur", "ठाकुर", "ঠাকুর"),
    n("Tiwari", "तिवारी", "তিওয়ারি"),
    n("Varghese", "वर्गीस", "ভার্গিস"),
    n("Verma", "वर्मा", "ভার্মা"),
    n("Wadia", "वाडिया", "ওয়াদিয়া"),
    n("Wangchuk", "वांगचुक", "ওয়াংচুক"),
    n("Yadav", "यादव", "যাদব"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stays_in_its_script() {
        for name in GIVEN.iter().chain(FAMILY) {
            assert!(name.latin.is_ascii(), "{name:?}");
            assert!(name.devanagari.chars().all(|c| ('\u{900}'..='\u{97f}').contains(&c)), "{name:?}");
            assert!(name.bengali.chars().all(|c| ('\u{980}'..='\u{9ff}').contains(&c)), "{name:?}");
        }
    }

    #[test]
    fn every_name_is_listed_once() {
        for list in [GIVEN.as_slice(), FAMILY.as_slice()] {
            assert!(list.windows(2).all(|w| w[0].mail_part() < w[1].mail_part()));
        }
    }
}
