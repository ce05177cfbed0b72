//! What people are called, in the scripts that they write. No name is anybody's: given and family names are drawn apart.

use crate::generate::Dice;

/// A name in the script of its owner, and in Latin letters if that is another.
pub(super) type Written = (&'static str, &'static str);

/// A group of people who name alike.
#[derive(Debug)]
pub(super) struct Culture {
    /// The language that they are spoken to in (BCP 47), and its name.
    pub(super) language: Written,
    /// How many of 100 households.
    share: u64,
    women: &'static [Written],
    men: &'static [Written],
    /// As women and as men write it. Empty: people have one name.
    families: &'static [(Written, Written)],
    /// How many family names a person has.
    families_each: usize,
    /// Whether the family name is said first.
    pub(super) family_first: bool,
}

/// A person's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) given: Vec<&'static str>,
    pub(super) family: Option<String>,
    /// Given and family names in Latin letters, if they are written in others.
    pub(super) latin: Option<(String, Option<String>)>,
}

macro_rules! same {
    ($($name:literal),* $(,)?) => { &[$(($name, $name)),*] };
}
macro_rules! families {
    ($($name:literal),* $(,)?) => { &[$((($name, $name), ($name, $name))),*] };
}

static CULTURES: &[Culture] = &[
    Culture {
        language: ("en", "English"),
        share: 30,
        women: same![
            "Grace", "Olivia", "Siobhán", "Hannah", "Zoë", "Ruth", "Margaret", "Chloe", "Nia", "Abigail",
            "Joan", "Ellen"
        ],
        men: same![
            "James", "Oliver", "Seán", "Henry", "Marcus", "Arthur", "George", "Liam", "Samuel", "Noah",
            "Peter", "Walter"
        ],
        families: families![
            "O'Neill",
            "Whitfield",
            "Brontë-Clarke",
            "Hughes",
            "Okafor",
            "Mensah",
            "Barrett",
            "MacDonald",
            "Ashworth",
            "Greene",
            "Thornton",
            "Pryce",
            "Hollis",
            "Adeyemi",
            "Lockwood"
        ],
        families_each: 1,
        family_first: false,
    },
    Culture {
        language: ("es", "Spanish"),
        share: 20,
        women: same![
            "María José",
            "Lucía",
            "Inés",
            "Verónica",
            "Ximena",
            "Guadalupe",
            "Belén",
            "Concepción",
            "Pilar",
            "Rocío"
        ],
        men: same![
            "José", "Andrés", "Jesús", "Raúl", "Ramón", "Íñigo", "Héctor", "Joaquín", "Óscar", "Matías"
        ],
        families: families![
            "García",
            "Hernández",
            "Muñoz",
            "Núñez",
            "Peña",
            "Quiñones",
            "Ibáñez",
            "Sánchez",
            "Vázquez",
            "Rodríguez",
            "Castañeda",
            "Domínguez"
        ],
        families_each: 2,
        family_first: false,
    },
    Culture {
        language: ("fr", "French"),
        share: 10,
        women: same!["Hélène", "Françoise", "Élodie", "Aïcha", "Noémie", "Geneviève", "Fatoumata", "Maëlle"],
        men: same!["François", "Jérôme", "Benoît", "Étienne", "Mamadou", "Loïc", "Gaël", "Rémi"],
        families: families![
            "Lefèvre",
            "Bélanger",
            "D'Aubigné",
            "Garçon",
            "N'Diaye",
            "Côté",
            "Traoré",
            "Château",
            "Hébert",
            "Müller-Roux"
        ],
        families_each: 1,
        family_first: false,
    },
    Culture {
        language: ("ar", "Arabic"),
        share: 12,
        women: &[
            ("فاطمة", "Fatima"),
            ("مريم", "Maryam"),
            ("نور", "Nour"),
            ("ليلى", "Layla"),
            ("زينب", "Zaynab"),
            ("هدى", "Huda"),
            ("سلمى", "Salma"),
            ("رنا", "Rana"),
        ],
        men: &[
            ("محمد", "Mohammed"),
            ("أحمد", "Ahmad"),
            ("يوسف", "Yusuf"),
            ("عمر", "Omar"),
            ("خالد", "Khalid"),
            ("حسن", "Hassan"),
            ("إبراهيم", "Ibrahim"),
            ("طارق", "Tariq"),
        ],
        families: &[
            (("الحداد", "Al-Haddad"), ("الحداد", "Al-Haddad")),
            (("منصور", "Mansour"), ("منصور", "Mansour")),
            (("العلي", "Al-Ali"), ("العلي", "Al-Ali")),
            (("خوري", "Khoury"), ("خوري", "Khoury")),
            (("السيد", "El-Sayed"), ("السيد", "El-Sayed")),
            (("درويش", "Darwish"), ("درويش", "Darwish")),
            (("بن صالح", "Ben Saleh"), ("بن صالح", "Ben Saleh")),
            (("عبد الرحمن", "Abdulrahman"), ("عبد الرحمن", "Abdulrahman")),
        ],
        families_each: 1,
        family_first: false,
    },
    Culture {
        language: ("uk", "Ukrainian"),
        share: 8,
        women: &[
            ("Оксана", "Oksana"),
            ("Наталія", "Nataliia"),
            ("Ірина", "Iryna"),
            ("Юлія", "Yuliia"),
            ("Галина", "Halyna"),
            ("Соломія", "Solomiia"),
        ],
        men: &[
            ("Олександр", "Oleksandr"),
            ("Андрій", "Andrii"),
            ("Юрій", "Yurii"),
            ("Тарас", "Taras"),
            ("Михайло", "Mykhailo"),
            ("Ярослав", "Yaroslav"),
        ],
        families: &[
            (("Ковальська", "Kovalska"), ("Ковальський", "Kovalskyi")),
            (("Шевченко", "Shevchenko"), ("Шевченко", "Shevchenko")),
            (("Заєць", "Zaiets"), ("Заєць", "Zaiets")),
            (("Мельник", "Melnyk"), ("Мельник", "Melnyk")),
            (("Левицька", "Levytska"), ("Левицький", "Levytskyi")),
            (("Ґудзь", "Gudz"), ("Ґудзь", "Gudz")),
        ],
        families_each: 1,
        family_first: false,
    },
    Culture {
        language: ("zh", "Chinese"),
        share: 8,
        women: &[
            ("秀英", "Xiuying"),
            ("丽", "Li"),
            ("小红", "Xiaohong"),
            ("欣怡", "Xinyi"),
            ("静", "Jing"),
            ("雪梅", "Xuemei"),
        ],
        men: &[
            ("伟", "Wei"),
            ("建国", "Jianguo"),
            ("子轩", "Zixuan"),
            ("强", "Qiang"),
            ("志明", "Zhiming"),
            ("浩然", "Haoran"),
        ],
        families: &[
            (("王", "Wang"), ("王", "Wang")),
            (("李", "Li"), ("李", "Li")),
            (("张", "Zhang"), ("张", "Zhang")),
            (("欧阳", "Ouyang"), ("欧阳", "Ouyang")),
            (("吕", "Lü"), ("吕", "Lü")),
            (("诸葛", "Zhuge"), ("诸葛", "Zhuge")),
            (("陈", "Chen"), ("陈", "Chen")),
        ],
        families_each: 1,
        family_first: true,
    },
    Culture {
        language: ("hi", "Hindi"),
        share: 8,
        women: &[
            ("सीता", "Sita"),
            ("प्रिया", "Priya"),
            ("लक्ष्मी", "Lakshmi"),
            ("अनीता", "Anita"),
            ("श्रेया", "Shreya"),
            ("कविता", "Kavita"),
        ],
        men: &[
            ("राम", "Ram"),
            ("अर्जुन", "Arjun"),
            ("कृष्ण", "Krishna"),
            ("संजय", "Sanjay"),
            ("विक्रम", "Vikram"),
            ("रोहित", "Rohit"),
        ],
        families: &[
            (("शर्मा", "Sharma"), ("शर्मा", "Sharma")),
            (("त्रिपाठी", "Tripathi"), ("त्रिपाठी", "Tripathi")),
            (("पटेल", "Patel"), ("पटेल", "Patel")),
            (("श्रीवास्तव", "Shrivastava"), ("श्रीवास्तव", "Shrivastava")),
            (("सिंह", "Singh"), ("सिंह", "Singh")),
        ],
        families_each: 1,
        family_first: false,
    },
    Culture {
        language: ("id", "Indonesian"),
        share: 4,
        women: same!["Wulandari", "Sri", "Dewi", "Kartini", "Megawati", "Ratna"],
        men: same!["Suharto", "Bambang", "Budi", "Slamet", "Agus", "Joko"],
        families: &[],
        families_each: 0,
        family_first: false,
    },
];

/// Names so long that a label cuts them.
const LONG_GIVEN: &[&str] =
    &["Wolfeschlegel", "Maria da Conceição", "Ana Carolina", "Francisca Xavier", "de Jesus"];
const LONG_FAMILY: &str = "Vasconcelos de Albuquerque e Castro Sottomayor-Hausenbergerdorff";

/// A culture at random, as often as its share.
pub(super) fn culture(dice: &mut Dice) -> &'static Culture {
    let mut at = dice.below(100);
    for culture in CULTURES {
        if at < culture.share {
            return culture;
        }
        at -= culture.share;
    }
    &CULTURES[0]
}

impl Culture {
    /// The family names of a household, by their places in the table; one household shares them.
    pub(super) fn families(&self, dice: &mut Dice) -> Vec<usize> {
        (0..self.families_each).map(|_| index(dice, self.families.len())).collect()
    }

    /// A person of that family.
    pub(super) fn name(&self, dice: &mut Dice, is_woman: bool, families: &[usize]) -> Name {
        let given = dice.pick(if is_woman { self.women } else { self.men });
        let written = families.iter().filter_map(|at| self.families.get(*at));
        let written: Vec<Written> =
            written.map(|(woman, man)| if is_woman { *woman } else { *man }).collect();
        let joined = |part: fn(&Written) -> &'static str| {
            (!written.is_empty()).then(|| written.iter().map(part).collect::<Vec<_>>().join(" "))
        };
        let family = joined(|name| name.0);
        let latin = (given.0 != given.1).then(|| (given.1.to_owned(), joined(|name| name.1)));
        Name { given: vec![given.0], family, latin }
    }
}

/// A person whose name no label has room for.
pub(super) fn long_name() -> Name {
    Name { given: LONG_GIVEN.to_vec(), family: Some(LONG_FAMILY.to_owned()), latin: None }
}

impl Name {
    /// As it is said.
    pub(super) fn text(&self, family_first: bool) -> String {
        let given = self.given.join(" ");
        match &self.family {
            Some(family) if family_first => format!("{family}{given}"),
            Some(family) => format!("{given} {family}"),
            None => given,
        }
    }
}

fn index(dice: &mut Dice, len: usize) -> usize {
    usize::try_from(dice.below(len as u64)).unwrap_or(0)
}
