//! What customers write, by topic and mood, in English, Hindi, Bengali and romanised Hindi.

use naata_math::Rng;

/// The language and script of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tongue {
    English,
    Hindi,
    Bengali,
    RomanHindi,
}

/// What a sentence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Topic {
    Delivery,
    Payment,
    Quality,
    Price,
    Staff,
    Range,
    Returns,
    App,
}

/// Sentences of one topic and mood: in English, Hindi, Bengali and romanised Hindi.
struct Words {
    topic: Topic,
    good: bool,
    english: [&'static str; 3],
    hindi: [&'static str; 2],
    bengali: [&'static str; 2],
    roman: [&'static str; 2],
}

/// Draws a sentence.
pub(crate) fn sentence(rng: &mut Rng, topic: Topic, good: bool, tongue: Tongue) -> &'static str {
    let Some(words) = SENTENCES.iter().find(|w| w.topic == topic && w.good == good) else { return "" };
    let of: &[&'static str] = match tongue {
        Tongue::English => &words.english,
        Tongue::Hindi => &words.hindi,
        Tongue::Bengali => &words.bengali,
        Tongue::RomanHindi => &words.roman,
    };
    rng.pick(of).copied().unwrap_or_default()
}

static SENTENCES: &[Words] = &[
    Words {
        topic: Topic::Delivery,
        good: true,
        english: [
            "Came a day earlier than promised.",
            "The delivery man called first, and nothing was broken.",
            "Delivery on time, as always.",
        ],
        hindi: ["सामान समय से पहले आ गया।", "डिलीवरी बहुत जल्दी हुई, पैकिंग भी अच्छी थी।"],
        bengali: ["সময়ের আগেই জিনিস পৌঁছে গেছে।", "ডেলিভারি খুব তাড়াতাড়ি হয়েছে, প্যাকিংও ভালো ছিল।"],
        roman: ["Delivery bahut jaldi hui, mazaa aa gaya.", "Saamaan time se pehle aa gaya."],
    },
    Words {
        topic: Topic::Delivery,
        good: false,
        english: [
            "The box came a week late and nobody told me.",
            "Delivery promised for Tuesday, it is Sunday now.",
            "I waited at home all day, and nobody came.",
        ],
        hindi: [
            "सामान एक हफ़्ते देर से आया, किसी ने बताया भी नहीं।",
            "डिलीवरी के लिए पूरा दिन इंतज़ार किया, कोई नहीं आया।",
        ],
        bengali: ["এক সপ্তাহ দেরিতে এসেছে, কেউ কিছু জানায়নি।", "সারাদিন বাড়িতে অপেক্ষা করলাম, ডেলিভারি এল না।"],
        roman: [
            "Delivery bahut late hui, kisi ne phone bhi nahi kiya.",
            "Poora din wait kiya, saamaan nahi aaya.",
        ],
    },
    Words {
        topic: Topic::Payment,
        good: true,
        english: [
            "Paid in ten seconds, no trouble.",
            "UPI worked at the first try.",
            "Payment was simple, even for my mother.",
        ],
        hindi: ["भुगतान एक बार में हो गया।", "यूपीआई से पैसे देना बहुत आसान था।"],
        bengali: ["পেমেন্ট এক বারেই হয়ে গেছে।", "ইউপিআই দিয়ে টাকা দেওয়া খুব সহজ ছিল।"],
        roman: ["Payment ek baar mein ho gaya.", "UPI se paisa dena aasaan tha."],
    },
    Words {
        topic: Topic::Payment,
        good: false,
        english: [
            "The app took my payment three times to get it right.",
            "Payment failed again and again, I gave up.",
            "Money went out, the order did not go through.",
        ],
        hindi: ["ऐप पर भुगतान बार-बार फ़ेल हो रहा है।", "पैसे कट गए पर ऑर्डर नहीं हुआ।"],
        bengali: ["অ্যাপে পেমেন্ট বার বার ফেল করছে।", "টাকা কেটে নিল, কিন্তু অর্ডার হল না।"],
        roman: ["App pe payment baar baar fail ho raha hai.", "Paise kat gaye lekin order nahi hua."],
    },
    Words {
        topic: Topic::Quality,
        good: true,
        english: [
            "The sweets taste like home.",
            "Vegetables were fresh, rice was clean.",
            "The saree is even nicer than in the picture.",
        ],
        hindi: ["मिठाई बिल्कुल ताज़ी थी।", "कपड़े की क्वालिटी बहुत अच्छी है।"],
        bengali: ["মিষ্টি একদম টাটকা ছিল।", "শাড়ির মান ছবির থেকেও ভালো।"],
        roman: ["Mithai ekdum taazi thi.", "Kapde ki quality bahut achhi hai."],
    },
    Words {
        topic: Topic::Quality,
        good: false,
        english: [
            "Half the tomatoes were soft.",
            "The colour ran in the first wash.",
            "The biscuits were past their date.",
        ],
        hindi: ["टमाटर आधे ख़राब निकले।", "पहली धुलाई में ही रंग निकल गया।"],
        bengali: ["অর্ধেক টমেটো পচা বেরোল।", "প্রথম বার ধোয়াতেই রং উঠে গেল।"],
        roman: ["Aadhe tamatar kharaab nikle.", "Pehli dhulai mein rang nikal gaya."],
    },
    Words {
        topic: Topic::Price,
        good: true,
        english: [
            "Honest prices, and I collect points.",
            "Cheaper than the market, same quality.",
            "The festival offer was worth the trip.",
        ],
        hindi: ["दाम सही हैं और पॉइंट भी मिलते हैं।", "बाज़ार से सस्ता, क्वालिटी वही।"],
        bengali: ["দাম ঠিকঠাক, পয়েন্টও পাওয়া যায়।", "বাজারের চেয়ে সস্তা, মান একই।"],
        roman: ["Daam sahi hai aur points bhi milte hain.", "Bazaar se sasta, quality wahi."],
    },
    Words {
        topic: Topic::Price,
        good: false,
        english: [
            "Prices went up again this month.",
            "The offer in the message was not given at the till.",
            "Delivery charge is too high for a small order.",
        ],
        hindi: ["इस महीने फिर दाम बढ़ गए।", "मैसेज वाला ऑफ़र दुकान पर नहीं मिला।"],
        bengali: ["এই মাসে আবার দাম বেড়েছে।", "মেসেজের অফার দোকানে পাওয়া গেল না।"],
        roman: ["Is mahine phir daam badh gaye.", "Message wala offer dukaan pe nahi mila."],
    },
    Words {
        topic: Topic::Staff,
        good: true,
        english: [
            "The lady at the counter helped me choose a gift.",
            "Polite people, they remember my name.",
            "Staff carried the bags to the auto.",
        ],
        hindi: ["काउंटर पर सब बहुत विनम्र हैं।", "स्टाफ़ ने सामान ऑटो तक पहुँचाया।"],
        bengali: ["কাউন্টারের সবাই খুব ভদ্র।", "কর্মীরা ব্যাগ অটো পর্যন্ত পৌঁছে দিলেন।"],
        roman: ["Staff bahut achha hai, naam yaad rakhte hain.", "Counter wale bhaiya ne bahut madad ki."],
    },
    Words {
        topic: Topic::Staff,
        good: false,
        english: [
            "Twenty minutes at the till, and only one counter open.",
            "Nobody could tell me where the atta is.",
            "The person on the phone was rude.",
        ],
        hindi: ["बिल के लिए बीस मिनट लाइन में खड़ा रहा।", "फ़ोन पर ठीक से बात नहीं की।"],
        bengali: ["বিলের জন্য কুড়ি মিনিট লাইনে দাঁড়াতে হল।", "ফোনে ভালো করে কথা বলেনি।"],
        roman: ["Billing ki line bahut lambi thi.", "Phone pe theek se baat nahi ki."],
    },
    Words {
        topic: Topic::Range,
        good: true,
        english: [
            "I find everything for the puja in one place.",
            "Good choice of tea.",
            "They had the Gobindobhog rice nobody else has.",
        ],
        hindi: ["पूजा का सारा सामान एक जगह मिल गया।", "चाय की बहुत अच्छी वैरायटी है।"],
        bengali: ["পুজোর সব জিনিস এক জায়গায় পেলাম।", "গোবিন্দভোগ চাল আর কোথাও পাই না।"],
        roman: ["Pooja ka saara saamaan ek jagah mil gaya.", "Chai ki variety bahut achhi hai."],
    },
    Words {
        topic: Topic::Range,
        good: false,
        english: [
            "What I want is always out of stock.",
            "No sugar-free sweets, again.",
            "Small sizes are sold out before the weekend.",
        ],
        hindi: ["जो चाहिए वो कभी स्टॉक में नहीं होता।", "छोटे साइज़ हमेशा ख़त्म रहते हैं।"],
        bengali: ["যা চাই তা কখনও স্টকে থাকে না।", "ছোট সাইজ সব সময় শেষ।"],
        roman: ["Jo chahiye wo kabhi stock mein nahi hota.", "Chhote size hamesha khatam."],
    },
    Words {
        topic: Topic::Returns,
        good: true,
        english: [
            "Returned the cooker, money back in two days.",
            "Exchange without questions.",
            "The return took five minutes.",
        ],
        hindi: ["वापसी आसानी से हो गई, पैसे दो दिन में मिल गए।", "बिना सवाल के बदल दिया।"],
        bengali: ["ফেরত দেওয়া সহজ ছিল, দু'দিনে টাকা পেয়েছি।", "কোনও প্রশ্ন ছাড়াই বদলে দিল।"],
        roman: ["Return aasaani se ho gaya, do din mein paise mile.", "Bina sawaal ke badal diya."],
    },
    Words {
        topic: Topic::Returns,
        good: false,
        english: [
            "Three weeks, and no refund yet.",
            "They wanted the box back, who keeps the box?",
            "The refund came short by fifty rupees.",
        ],
        hindi: ["तीन हफ़्ते हो गए, पैसे वापस नहीं आए।", "वापसी के लिए चार बार फ़ोन करना पड़ा।"],
        bengali: ["তিন সপ্তাহ হয়ে গেল, টাকা ফেরত পাইনি।", "ফেরতের জন্য চার বার ফোন করতে হল।"],
        roman: ["Teen hafte ho gaye, refund nahi aaya.", "Refund ke liye chaar baar phone karna pada."],
    },
    Words {
        topic: Topic::App,
        good: true,
        english: [
            "The app is quick, and I like the list of past orders.",
            "Easy to order again.",
            "Search finds what I mean, even in Hindi.",
        ],
        hindi: ["ऐप बहुत आसान है।", "दोबारा ऑर्डर करना बहुत सरल है।"],
        bengali: ["অ্যাপটা খুব সহজ।", "আবার অর্ডার করা খুবই সোজা।"],
        roman: ["App bahut aasaan hai.", "Dobara order karna bahut simple hai."],
    },
    Words {
        topic: Topic::App,
        good: false,
        english: [
            "The app logs me out every week.",
            "Too many notifications.",
            "The app is slow on my phone.",
        ],
        hindi: ["ऐप बहुत धीमा चलता है।", "हर हफ़्ते दोबारा लॉगिन करना पड़ता है।"],
        bengali: ["অ্যাপ খুব ধীরে চলে।", "প্রতি সপ্তাহে আবার লগইন করতে হয়।"],
        roman: ["App bahut slow hai.", "Har hafte phir se login karna padta hai."],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_speaks_both_ways_in_every_tongue() {
        use Topic::{App, Delivery, Payment, Price, Quality, Range, Returns, Staff};
        let mut rng = Rng::new(1);
        for topic in [Delivery, Payment, Quality, Price, Staff, Range, Returns, App] {
            for good in [true, false] {
                for tongue in [Tongue::English, Tongue::Hindi, Tongue::Bengali, Tongue::RomanHindi] {
                    let said = sentence(&mut rng, topic, good, tongue);
                    let block = match tongue {
                        Tongue::English | Tongue::RomanHindi => '\u{20}'..='\u{7e}',
                        Tongue::Hindi => '\u{900}'..='\u{97f}',
                        Tongue::Bengali => '\u{980}'..='\u{9ff}',
                    };
                    let letters = said.chars().filter(|c| block.contains(c)).count();
                    assert!(letters >= 10, "{topic:?} {good} {tongue:?}: {said}");
                }
            }
        }
    }
}
