/** Given names of the generated users. */
export const DRAWN_GIVEN_NAMES: readonly string[] = (
  'Ada Adele Alex Amara Anna Ben Bianca Carlos Chen Clara Daniel Diego Dina Elif Emma Erik Fatima Felix Grady Hana ' +
  'Henrietta Ines Isaac Isaiah Jana Johanna Jonas Kai Lena Lidia Luca Lynne Maria Megan Miriam Nestor Nia Noor Omar ' +
  'Patti Paul Pradeep Raul Rosa Sven Tariq Theo Vera Yuki Zoe'
).split(' ');

/** Family names of the generated users. */
export const DRAWN_FAMILY_NAMES: readonly string[] = (
  'Adams Bauer Becker Bowen Brandt Cruz Diaz Ekberg Fischer Gupta Haas Holloway Ito Jansen Keller Kim Langer Lopez ' +
  'Maier Mensah Moreau Nakamura Novak Okafor Olsen Park Petrov Quinn Razzak Richter Rossi Sato Schmidt Silva Simon ' +
  'Sousa Tanaka Thomas Ueda Vance Vogel Wagner Walker Weber Wilber Wolf Yilmaz Young Zeller Zhou'
).split(' ');

/** All given names, those of the fixed users (`fixedUsers.ts`) among them. */
export const GIVEN_NAMES: readonly string[] = [...DRAWN_GIVEN_NAMES, 'Alice', 'Bob'];

/** All family names, likewise. */
export const FAMILY_NAMES: readonly string[] = [...DRAWN_FAMILY_NAMES, 'Archer', 'Baker'];

/** Languages of the generated users; null where a user never chose one. */
export const LANGUAGES: readonly (string | null)[] = [
  'en-US',
  'en-US',
  'de-DE',
  'fr-FR',
  'es-ES',
  'pt-BR',
  'ja-JP',
  null,
];
