/** Words that one post in twenty has, words that nearly all have, none, phrases and beginnings: of the generated texts. */
export const SEARCHES = [
  'printing press',
  'lighthouse',
  'night train',
  'penny farthing',
  '"public library"',
  'telegraph offi',
  'market -tram',
  'bread or coffee',
  'signal distance',
  'village squ',
  'apple orchard war',
  'weather map sunday',
  'harbour',
  'beginner view',
  'glass factory without a map',
];
