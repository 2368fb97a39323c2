import type { DemoPost } from './demo-post.js';

/** Science explained, and nature looked at. */
export const SCIENCE_POSTS: DemoPost[] = [
  {
    title: 'Clouds in four Latin words',
    author: 'user',
    tags: ['science', 'nature', 'history', 'languages'],
    publishedDaysAgo: 3,
    content: `Until the beginning of the nineteenth century clouds had no generally accepted names. They were described one at a time, by poets and sailors, and it was widely assumed that things which change so quickly could not be sorted.

Luke Howard, a London chemist who watched the sky in his spare time, disagreed. In December 1802 he read a paper to a small scientific club, and it was printed in the following year. He proposed that all clouds are variations on a few forms, and that one form can turn into another:

- **cirrus**, a curl of hair: thin, high, fibrous;
- **cumulus**, a heap: piled up on a flat base;
- **stratus**, a layer: a level sheet;
- **nimbus**, a rain cloud.

Because the names were Latin, they belonged to no country, and because they could be combined, a handful of words was enough. *Cirrocumulus* is a high layer of little heaps. *Nimbostratus* is the grey sheet that spoils picnics. Goethe was so pleased with the system that he wrote poems in Howard’s honour.

Meteorologists today distinguish ten main kinds, called genera, and the words in all of them are still built from his, with *alto-* added for the middle heights.

## Try it today ☁️

Go to a window and ask two questions. Is it a heap, a layer or a hair? Is it high, middling or low? Two answers will bring you most of the way to a name. Then look again after twenty minutes: the sky may have changed its mind, and that too was part of Howard’s point.`,
  },
  {
    title: 'Ο μηχανισμός των Αντικυθήρων',
    author: 'user',
    tags: ['science', 'history', 'languages'],
    publishedDaysAgo: 38,
    content: `Το 1900 μια ομάδα σφουγγαράδων από τη Σύμη βρήκε, κοντά στα Αντικύθηρα, ένα αρχαίο ναυάγιο. Ανέβασαν αγάλματα, αγγεία και γυαλί. Ανάμεσά τους υπήρχε κι ένα κομμάτι μπρούντζου, διαβρωμένο και χωρίς σχήμα, που στην αρχή δεν του έδωσε κανείς σημασία.

Το 1902 ο αρχαιολόγος Βαλέριος Στάης πρόσεξε πάνω του έναν οδοντωτό τροχό. Κανείς δεν περίμενε να βρει γρανάζια σε ένα αντικείμενο τόσο παλιό.

## Τι έκανε;

Σήμερα ξέρουμε ότι ήταν ένας αστρονομικός υπολογιστής που δούλευε με το χέρι. Γυρίζοντας μια λαβή, ο χρήστης έβλεπε:

- τη θέση του Ήλιου και της Σελήνης στον ζωδιακό κύκλο,
- τη φάση της Σελήνης,
- πότε ήταν πιθανή μια έκλειψη,
- ποιοι αθλητικοί αγώνες πλησίαζαν, μαζί και οι Ολυμπιακοί.

Σώζονται τριάντα γρανάζια. Ένα από τα πιο έξυπνα σημεία είναι ένας πείρος μέσα σε μια σχισμή: με αυτόν ο δείκτης της Σελήνης πηγαίνει άλλοτε πιο γρήγορα και άλλοτε πιο αργά, όπως και η ίδια η Σελήνη στον ουρανό. 🌙

Τα θραύσματα βρίσκονται στο Εθνικό Αρχαιολογικό Μουσείο, στην Αθήνα. Είναι μικρά, πράσινα και σιωπηλά. Αξίζει όμως να σταθεί κανείς μπροστά τους για λίγη ώρα και να σκεφτεί πόσα άλλα τέτοια έργα χάθηκαν, επειδή ο μπρούντζος ήταν χρήσιμος και μπορούσε να λιώσει ξανά.`,
  },
  {
    title: 'Why the sea rises twice a day',
    author: 'editor',
    tags: ['science', 'nature'],
    publishedDaysAgo: 85,
    content: `That the Moon pulls the sea towards it is easy to believe. What puzzles almost everyone is the other side. Why is there a second high tide, on the half of the Earth that faces *away*?

The answer is that tides are caused by **differences** in the pull. Gravity weakens with distance. The water nearest to the Moon is drawn a little more strongly than the Earth as a whole, and the water on the far side a little less strongly. So the near water is drawn slightly ahead, the far water is left slightly behind, and seen from the ground both look like a bulge.

The Earth turns beneath this pattern once a day. Meanwhile the Moon moves on in its orbit, and a place needs about 24 hours and 50 minutes to face it again. Hence the rule that every harbour knows: from one high water to the next takes roughly **12 hours and 25 minutes**.

## The Sun joins in

The Sun’s effect is somewhat less than half of the Moon’s. At new and full moon the two work along the same line and we get large *spring* tides, which have nothing to do with the season. At half moon they work at right angles, and the *neap* tides are small.

## Then come the coasts

Two tidy bulges would be the whole story on a planet covered by a very deep ocean. Ours has continents in the way, so the tide sloshes round its basins like soup in a carried plate. In the Bay of Fundy, in Canada, the shape of the bay happens to suit the rhythm, and the range can reach some sixteen metres. In most of the Mediterranean you would scarcely notice it.`,
  },
  {
    title: 'In praise of moss',
    author: 'user',
    tags: ['nature', 'science'],
    publishedDaysAgo: 122,
    content: `Moss is what grows where you have stopped looking: the north side of the wall, the gutter, the gap in the paving. It is worth going down on one knee for.

A moss has no true roots. The fine threads underneath, the *rhizoids*, mainly hold it in place. It has no proper plumbing either, or only the beginnings of it, and so it takes up water over its whole surface. In most species the leaves are only one cell thick, and that is thin enough to let the light straight through. This is why moss seems to glow after rain.

## The art of waiting

Since it cannot fetch water from below, it has learned to do without. Many mosses can dry out until they crumble between the fingers, stop nearly all activity, and take up where they left off when the next shower arrives. Wet a dry cushion and watch: the leaves unfold in minutes.

They are patient on longer scales too. In 2014 scientists reported that moss from a frozen bank in the Antarctic had started to grow again after **more than 1,500 years** in the ice.

## Useful, without being asked

*Sphagnum*, the bog moss, stores many times its own dry weight in water. In the First World War it was gathered in great quantities for wound dressings. Over thousands of years its remains have built up the peat that makes bogs such large stores of carbon, a good reason to buy compost without peat in it.

> A garden in which moss is a weed is a garden in a hurry. 🌿`,
  },
  {
    title: 'The bee that gives directions',
    author: 'user',
    tags: ['science', 'nature', 'maps'],
    publishedDaysAgo: 178,
    content: `A forager honeybee has found a lime tree in full flower. She flies home, walks into the crowd on the comb, and begins to dance. She runs forward in a straight line, shaking her body from side to side; she circles back to the right, repeats the run, circles back to the left; and so on, again and again. Soon other bees leave the hive and fly to the tree.

The zoologist Karl von Frisch spent decades working out what the dance says. He shared a Nobel Prize for studies of animal behaviour in 1973.

## How to read it

*Direction.* The comb hangs vertically in the dark, where there is no sun to point at. So the dancer translates: **straight up stands for the direction of the sun**. A run at 40 degrees to the right of vertical means “fly 40 degrees to the right of the sun”.

*Distance.* The longer the shaking part of the run lasts, the farther the food. Very roughly, a second stands for a kilometre.

*Quality.* A richer find is danced for longer and with more enthusiasm, so that more bees are recruited to it.

There are some fine details. The sun moves across the sky, and a bee that dances for a long time in the dark hive shifts her angle to allow for it. The followers cannot see much either; they crowd round and keep in touch with their antennae.

It is a map drawn with the body, with the sun as north, and it is read by touch. 🐝`,
  },
  {
    title: 'Pourquoi les feuilles changent-elles de couleur ?',
    author: 'editor',
    tags: ['nature', 'science', 'languages'],
    publishedDaysAgo: 225,
    content: `Chaque automne, la même question revient, souvent posée par un enfant : où va le vert ? La réponse est plus économe que poétique. L’arbre le démonte et le range.

La couleur verte vient de la **chlorophylle**, qui capte la lumière pour fabriquer du sucre. C’est une molécule fragile, que la feuille renouvelle tout l’été. Quand les jours raccourcissent, l’arbre cesse d’en produire. Il récupère ce qui est précieux, l’azote surtout, et le met à l’abri dans le bois et les racines.

## Le jaune était déjà là

Sous le vert se cachaient d’autres pigments, les *caroténoïdes*, de la même famille que ceux de la carotte et du jaune d’œuf. Ils restent un peu plus longtemps que la chlorophylle. Le bouleau et le peuplier ne deviennent donc pas jaunes : ils cessent d’être verts.

## Le rouge, lui, est neuf

Les *anthocyanes*, qui colorent certains érables, sont fabriquées à la fin de la saison. Pourquoi dépenser de l’énergie pour une feuille qui va tomber ? On en discute encore. Peut-être servent-elles d’écran contre une lumière devenue trop forte pendant le déménagement. Des journées ensoleillées et des nuits fraîches, mais sans gel, donnent les rouges les plus vifs.

Enfin, une couche de cellules se forme à la base du pétiole et ferme la porte. Un peu de vent suffit. « Tomber » n’est pas le mot juste : l’arbre a lâché prise. 🍁`,
  },
  {
    title: 'The calendar, in one line of code',
    author: 'admin',
    tags: ['science', 'history', 'tools'],
    publishedDaysAgo: 272,
    content: `The Earth does not go round the Sun in a whole number of days. The seasons return after about 365.2422 of them, and every calendar is an attempt to hide the fraction.

Julius Caesar’s reform hid it with a leap day every fourth year. The average year then has 365.25 days, which is too long by some eleven minutes. Nobody notices eleven minutes, but by the sixteenth century they had added up to about ten days, and Easter was drifting away from spring.

In 1582 Pope Gregory XIII had the days taken out: Thursday 4 October was followed by Friday 15 October. To stop the error from returning, three leap days in every four centuries were dropped. In TypeScript:

\`\`\`ts
const isLeapYear = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
\`\`\`

So 2000 was a leap year, while 1900 was not and 2100 will not be.

## Three curiosities

- Not everyone followed at once. Britain changed in 1752, and Greece not until 1923. Historians have to ask *whose* 10 March is meant.
- Four hundred Gregorian years are 146,097 days, and that is exactly 20,871 weeks. The whole pattern of weekdays therefore repeats every 400 years.
- Since it repeats, one can count. The thirteenth of the month falls on a **Friday** more often than on any other day: 688 times in 4,800 months.

If you write software, please use the calendar functions that your platform gives you. The line above is correct; it is the lines one writes *around* it that are wrong.`,
  },
  {
    title: 'Why the sky is blue and the sunset is not',
    author: 'editor',
    tags: ['science', 'nature'],
    publishedDaysAgo: 319,
    content: `Sunlight is a mixture of all colours, and on its way to us it has to get past the air. The molecules of nitrogen and oxygen are far smaller than a wavelength of light, and they deflect a little of it in every direction. This is called *Rayleigh scattering*, after the physicist who worked out the theory in the nineteenth century. Its rule is steep:

\`\`\`text
scattering  ~  1 / wavelength⁴
\`\`\`

Blue light has a wavelength of around 450 nanometres, red light of around 700. Put those two numbers into the rule and blue comes out scattered about **six times** as strongly as red. Look at any part of the sky away from the sun, and what reaches your eye is light that has been knocked off its course on the way. Mostly that is the blue.

## Then why not violet?

Violet has a shorter wavelength still. But the sun sends less of it, some is absorbed high up in the atmosphere, and our eyes are less sensitive to it. The mixture that remains looks to us like a pale blue.

## And in the evening?

When the sun is low its light comes at a slant and crosses much more air. The blue is scattered out along the way, and what is left in the direct beam is yellow, then orange, then red. The blue missing from your sunset is the daytime sky of somebody farther west.

On Mars, where fine dust does most of the scattering, it is roughly the other way about. The daytime sky is butterscotch, and the glow around the setting sun is blue.`,
  },
];
