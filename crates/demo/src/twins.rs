//! Planted duplicates: one person under two ids; and households, which only look like duplicates.

use crate::Shop;
use crate::draw::between;
use crate::names::{GIVEN, Script};
use crate::people::{Person, phone};
use naata_math::Rng;
use serde::Serialize;

/// Two ids of one person.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Twin {
    pub(crate) kind: &'static str,
    pub(crate) ids: [String; 2],
}

/// Two people of one family with one phone: not duplicates.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Household {
    pub(crate) ids: [String; 2],
}

/// What was planted among the customers.
#[derive(Debug, Default)]
pub(crate) struct Planted {
    pub(crate) twins: Vec<Twin>,
    pub(crate) households: Vec<Household>,
}

/// The share of customers that are the second id of someone.
const TWINS: f64 = 0.03;
/// The share of customers that share the phone of a relative.
const HOUSEHOLDS: f64 = 0.01;

/// Makes some later customers the second id, or the relative, of an earlier one.
///
/// What a second id bought is drawn from the model like any other customer's: only who is who is changed.
pub(crate) fn plant(shop: &Shop, people: &mut [Person]) -> Planted {
    let mut planted = Planted::default();
    let mut used = vec![false; people.len()];
    for later in 1..people.len() {
        let rng = &mut Rng::stream(shop.seed, "twin", later as u64);
        let chance = rng.uniform();
        let earlier = rng.below(later as u64) as usize;
        if chance >= TWINS + HOUSEHOLDS || used[earlier] || used[later] {
            continue;
        }
        let (before, after) = people.split_at_mut(later);
        let (Some(first), Some(second)) = (before.get(earlier), after.first_mut()) else { continue };
        if first.company.is_some() || second.company.is_some() || first.phone.is_none() {
            continue;
        }
        let ids = [first.id.clone(), second.id.clone()];
        if chance < TWINS {
            let kind = disguise(rng, first, second, planted.twins.len());
            planted.twins.push(Twin { kind, ids });
        } else {
            relate(rng, first, second);
            planted.households.push(Household { ids });
        }
        (used[earlier], used[later]) = (true, true);
    }
    planted
}

/// Writes the first person's data into the second's row, changed in one of four ways.
fn disguise(rng: &mut Rng, first: &Person, second: &mut Person, turn: usize) -> &'static str {
    second.names = first.names;
    second.script = first.script;
    second.name.clone_from(&first.name);
    second.phone.clone_from(&first.phone);
    second.birthday = first.birthday;
    second.anniversary = first.anniversary;
    second.city = first.city;
    second.postcode.clone_from(&first.postcode);
    second.language = first.language;
    second.email = None;
    let other = second.key + 1;
    match turn % 4 {
        0 if first.script == Script::Latin => {
            second.name = typo(rng, &first.name);
            second.phone = first.phone.as_deref().map(|p| local(p, rng.chance(0.5)));
            "name-typo"
        }
        1 => {
            second.name = initial(&first.name);
            second.email = Some(first.mail("example.com", other));
            "initial-and-second-email"
        }
        2 if first.email.is_some() => {
            second.email = first.email.as_ref().map(|e| e.to_uppercase());
            second.phone = first.phone.as_deref().map(|p| slip(rng, p));
            "phone-typo"
        }
        _ => {
            let to = match (first.script, first.language) {
                (Script::Latin, Some("bn")) => Script::Bengali,
                (Script::Latin, _) => Script::Devanagari,
                _ => Script::Latin,
            };
            second.script = to;
            second.name = first.name_in(to);
            second.phone = first.phone.as_deref().map(|p| local(p, rng.chance(0.5)));
            "two-scripts"
        }
    }
}

/// Makes the second a relative of the first: same family name, phone and address, another person.
fn relate(rng: &mut Rng, first: &Person, second: &mut Person) {
    let step = 1 + rng.below(GIVEN.len() as u64 - 1) as usize;
    second.names = ((first.names.0 + step) % GIVEN.len(), first.names.1);
    second.script = first.script;
    second.name = second.name_in(first.script);
    second.phone.clone_from(&first.phone);
    second.city = first.city;
    second.postcode.clone_from(&first.postcode);
    second.email = second.email.as_ref().map(|_| second.mail("example.org", second.key + 1));
    // Never the same birthday: a relative must be told apart by more than a first name.
    second.birthday = second.birthday.filter(|b| first.birthday != Some(*b));
}

/// Swaps two neighbouring letters in the middle of a Latin name, or doubles one where they are equal.
fn typo(rng: &mut Rng, name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let places: Vec<usize> = (1..letters.len().saturating_sub(1))
        .filter(|n| {
            letters[n - 1].is_alphabetic() && letters[*n].is_alphabetic() && letters[n + 1].is_alphabetic()
        })
        .collect();
    let Some(at) = rng.pick(&places).copied() else { return name.into() };
    if letters[at] == letters[at + 1] || rng.chance(0.4) {
        letters.insert(at, letters[at]);
    } else {
        letters.swap(at, at + 1);
    }
    letters.into_iter().collect()
}

/// Shortens the given name to its initial, as forms at the counter do.
fn initial(name: &str) -> String {
    match name.split_once(' ') {
        Some((given, family)) if given.is_ascii() => {
            format!("{}. {family}", given.chars().next().unwrap_or_default())
        }
        _ => name.into(),
    }
}

/// The same phone number, written as people write it at home.
fn local(phone: &str, trunk: bool) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).skip(2).collect();
    if trunk { format!("0{digits}") } else { digits }
}

/// Another phone number that differs in one digit.
fn slip(rng: &mut Rng, number: &str) -> String {
    let digits: u64 =
        number.chars().skip(7).filter_map(|c| c.to_digit(10)).fold(0, |n, d| n * 10 + u64::from(d));
    let place = 10_u64.pow(between(rng, 0, 5).unsigned_abs());
    let digit = digits / place % 10;
    phone(digits - digit * place + (digit + 1) % 10 * place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_changes_one_digit() {
        let mut rng = Rng::new(4);
        for number in [0, 1_234_567, 9_999_999] {
            let (before, after) = (phone(number), slip(&mut rng, &phone(number)));
            assert_eq!(before.len(), after.len());
            assert_eq!(
                before.chars().zip(after.chars()).filter(|(a, b)| a != b).count(),
                1,
                "{before} {after}"
            );
        }
        assert_eq!(local("+91 50012 34567", true), "05001234567");
    }

    #[test]
    fn a_typo_changes_the_name_a_little() {
        let mut rng = Rng::new(4);
        for _ in 0..200 {
            let wrong = typo(&mut rng, "Meenakshi Chatterjee");
            assert_ne!(wrong, "Meenakshi Chatterjee");
            assert!(wrong.chars().count() <= 21 && wrong.starts_with('M'));
        }
        assert_eq!(initial("Asha Verma"), "A. Verma");
    }
}
