// The 64 pictures of the phrase, with their names: two people compare them aloud, each in their own language.
type Language = 'en' | 'es' | 'fr' | 'ar';

const ROWS = `
🐕 dog|perro|chien|كلب
🐈 cat|gato|chat|قطة
🦁 lion|león|lion|أسد
🐎 horse|caballo|cheval|حصان
🐄 cow|vaca|vache|بقرة
🐘 elephant|elefante|éléphant|فيل
🐇 rabbit|conejo|lapin|أرنب
🐻 bear|oso|ours|دب
🐓 rooster|gallo|coq|ديك
🐫 camel|camello|chameau|جمل
🐢 turtle|tortuga|tortue|سلحفاة
🐟 fish|pez|poisson|سمكة
🐝 bee|abeja|abeille|نحلة
🦋 butterfly|mariposa|papillon|فراشة
🌷 flower|flor|fleur|زهرة
🌳 tree|árbol|arbre|شجرة
🌵 cactus|cactus|cactus|صبار
🍄 mushroom|seta|champignon|فطر
🌍 globe|globo|globe|كرة أرضية
🌙 moon|luna|lune|قمر
☁️ cloud|nube|nuage|سحابة
🔥 fire|fuego|feu|نار
🍌 banana|plátano|banane|موزة
🍎 apple|manzana|pomme|تفاحة
🍓 strawberry|fresa|fraise|فراولة
🌽 corn|maíz|maïs|ذرة
🍞 bread|pan|pain|خبز
🎂 cake|pastel|gâteau|كعكة
❤️ heart|corazón|cœur|قلب
🪣 bucket|cubo|seau|دلو
🎩 hat|sombrero|chapeau|قبعة
👓 glasses|gafas|lunettes|نظارة
🔧 wrench|llave inglesa|clé anglaise|مفتاح ربط
⛵ boat|barco|bateau|قارب
☂️ umbrella|paraguas|parapluie|مظلة
⌛ hourglass|reloj de arena|sablier|ساعة رملية
⏰ alarm clock|despertador|réveil|منبه
🎁 gift|regalo|cadeau|هدية
💡 light bulb|bombilla|ampoule|مصباح
📕 book|libro|livre|كتاب
✏️ pencil|lápiz|crayon|قلم رصاص
📎 paper clip|clip|trombone|مشبك ورق
✂️ scissors|tijeras|ciseaux|مقص
🔒 lock|candado|cadenas|قفل
🔑 key|llave|clé|مفتاح
🔨 hammer|martillo|marteau|مطرقة
☎️ telephone|teléfono|téléphone|هاتف
🥄 spoon|cuchara|cuillère|ملعقة
🚂 train|tren|train|قطار
🚲 bicycle|bicicleta|vélo|دراجة
✈️ airplane|avión|avion|طائرة
🚀 rocket|cohete|fusée|صاروخ
🏆 trophy|trofeo|trophée|كأس
⚽ ball|pelota|ballon|كرة
🎸 guitar|guitarra|guitare|غيتار
🥁 drum|tambor|tambour|طبل
🔔 bell|campana|cloche|جرس
⚓ anchor|ancla|ancre|مرساة
🎧 headphones|auriculares|casque|سماعات
📁 folder|carpeta|dossier|مجلد
📌 pin|chincheta|punaise|دبوس
🏠 house|casa|maison|بيت
🪑 chair|silla|chaise|كرسي
🚗 car|coche|voiture|سيارة`
  .trim()
  .split('\n');

const AT: Record<Language, number> = { en: 0, es: 1, fr: 2, ar: 3 };

/** A phrase as pictures with names. */
export function picturesOf(
  phrase: readonly number[],
  language: Language,
): { at: number; picture: string; name: string }[] {
  return phrase.map((index, at) => {
    const row = ROWS[index % ROWS.length] ?? '';
    const space = row.indexOf(' ');
    return { at, picture: row.slice(0, space), name: row.slice(space + 1).split('|')[AT[language]] ?? '' };
  });
}

export const PICTURES = ROWS.length;
