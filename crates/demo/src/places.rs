//! Cities the shop delivers to, with the first digits of their postcodes and the languages customers declare there.

use crate::draw::weighted;
use naata_math::Rng;

/// A city.
#[derive(Clone, Copy, Debug)]
pub(crate) struct City {
    pub(crate) name: &'static str,
    pub(crate) region: &'static str,
    /// The first three digits of the postcode.
    pin: &'static str,
    tongue: Tongue,
}

/// Which languages customers of a city declare.
#[derive(Clone, Copy, Debug)]
enum Tongue {
    Hindi,
    Bengali,
    Other(&'static str),
}

impl City {
    /// Draws a postcode of the city.
    pub(crate) fn postcode(&self, rng: &mut Rng) -> String {
        format!("{}{:03}", self.pin, 1 + rng.below(60))
    }

    /// Draws the language a customer of the city declares.
    pub(crate) fn language(&self, rng: &mut Rng) -> &'static str {
        match self.tongue {
            Tongue::Hindi => weighted(rng, &[(66, "hi"), (34, "en")]),
            Tongue::Bengali => weighted(rng, &[(66, "bn"), (10, "hi"), (24, "en")]),
            Tongue::Other(local) => weighted(rng, &[(36, local), (18, "hi"), (46, "en")]),
        }
    }
}

const fn c(name: &'static str, region: &'static str, pin: &'static str, tongue: Tongue) -> City {
    City { name, region, pin, tongue }
}

/// Cities, weighted by how many customers live there.
pub(crate) const CITIES: &[(u32, City); 30] = &[
    (150, c("Kolkata", "West Bengal", "700", Tongue::Bengali)),
    (40, c("Howrah", "West Bengal", "711", Tongue::Bengali)),
    (25, c("Siliguri", "West Bengal", "734", Tongue::Bengali)),
    (25, c("Durgapur", "West Bengal", "713", Tongue::Bengali)),
    (20, c("Agartala", "Tripura", "799", Tongue::Bengali)),
    (110, c("Delhi", "Delhi", "110", Tongue::Hindi)),
    (50, c("Lucknow", "Uttar Pradesh", "226", Tongue::Hindi)),
    (35, c("Kanpur", "Uttar Pradesh", "208", Tongue::Hindi)),
    (35, c("Varanasi", "Uttar Pradesh", "221", Tongue::Hindi)),
    (45, c("Patna", "Bihar", "800", Tongue::Hindi)),
    (30, c("Ranchi", "Jharkhand", "834", Tongue::Hindi)),
    (20, c("Jamshedpur", "Jharkhand", "831", Tongue::Hindi)),
    (35, c("Bhopal", "Madhya Pradesh", "462", Tongue::Hindi)),
    (30, c("Indore", "Madhya Pradesh", "452", Tongue::Hindi)),
    (45, c("Jaipur", "Rajasthan", "302", Tongue::Hindi)),
    (15, c("Dehradun", "Uttarakhand", "248", Tongue::Hindi)),
    (60, c("Mumbai", "Maharashtra", "400", Tongue::Other("mr"))),
    (40, c("Pune", "Maharashtra", "411", Tongue::Other("mr"))),
    (20, c("Nagpur", "Maharashtra", "440", Tongue::Other("mr"))),
    (25, c("Ahmedabad", "Gujarat", "380", Tongue::Other("gu"))),
    (15, c("Surat", "Gujarat", "395", Tongue::Other("gu"))),
    (35, c("Bengaluru", "Karnataka", "560", Tongue::Other("kn"))),
    (30, c("Hyderabad", "Telangana", "500", Tongue::Other("te"))),
    (25, c("Chennai", "Tamil Nadu", "600", Tongue::Other("ta"))),
    (10, c("Kochi", "Kerala", "682", Tongue::Other("ml"))),
    (20, c("Bhubaneswar", "Odisha", "751", Tongue::Other("or"))),
    (20, c("Guwahati", "Assam", "781", Tongue::Other("as"))),
    (10, c("Chandigarh", "Chandigarh", "160", Tongue::Hindi)),
    (15, c("Ludhiana", "Punjab", "141", Tongue::Other("pa"))),
    (10, c("Shillong", "Meghalaya", "793", Tongue::Other("en"))),
];
