import type { DemoPost } from './demo-post.js';

/** Kitchen, coffee and windowsill. */
export const FOOD_POSTS: DemoPost[] = [
  {
    title: 'A loaf that works while you sleep',
    author: 'editor',
    tags: ['food', 'how-to'],
    publishedDaysAgo: 11,
    content: `Good bread needs time more than it needs attention. This loaf asks for ten minutes in the evening and about an hour and a half on the following day; the night does the rest.

Bakers state a recipe as percentages of the flour, so that it can be made in any size:

| Ingredient | Weight | Share |
| --- | --- | --- |
| strong wheat flour | 500 g | 100 % |
| water, cool | 350 g | 70 % |
| salt | 10 g | 2 % |
| instant dried yeast | 1 g | 0.2 % |

One gram of yeast is about a third of a teaspoon. It looks like too little. It is enough.

## Evening

Stir everything together in a large bowl until no dry flour is left. Do not knead. Cover the bowl and leave it on the counter for about twelve hours.

## Morning

1. The dough should have doubled and be full of bubbles. Tip it on to a floured board.
2. Fold the four sides into the middle, turn the parcel over, and pull it towards you until the skin is tight.
3. Let it rest, covered, for 45 minutes. In the meantime heat the oven to 240 °C with a heavy lidded pot inside.
4. **Careful, the pot is very hot.** Lower the dough into it on a sheet of baking paper and cut the top once with a sharp knife.
5. Bake for 30 minutes with the lid on, then 15 without.

The lid traps steam, which keeps the crust soft long enough for the loaf to rise. Wait an hour before you slice it. This is the only difficult step. 🍞`,
  },
  {
    title: 'Pour-over coffee, with numbers',
    author: 'user',
    tags: ['coffee', 'how-to', 'food'],
    publishedDaysAgo: 57,
    content: `There is a lot of mystery around filter coffee, and most of it disappears as soon as you own a kitchen scale. Start with one ratio: **60 grams of coffee to a litre of water**. Adjust it later, when you know in which direction.

| For | Coffee | Water |
| --- | --- | --- |
| one cup | 15 g | 250 g |
| two cups | 30 g | 500 g |
| a visit | 60 g | 1,000 g |

## Method

1. Boil the water and let it stand for half a minute. Rinse the paper filter with some of it; this also warms the pot.
2. Grind the beans to about the coarseness of table salt.
3. Pour twice the weight of the coffee (30 g of water on 15 g) and wait for 40 seconds. Fresh coffee swells and bubbles here, because the roast has left carbon dioxide in it, and gas keeps water out.
4. Add the rest slowly, in circles, in three or four portions.
5. One cup should have run through after about three minutes.

## Reading the result

- *Sour and thin?* Too little was dissolved. Grind finer.
- *Bitter and dry?* Too much was. Grind coarser.
- *Balanced but weak?* Leave the grind alone and use more coffee.

Change one thing at a time and write it down. Strength and extraction are two different dials, and almost every bad cup comes from turning one while meaning the other. ☕`,
  },
  {
    title: 'When the newspaper was a café',
    author: 'editor',
    tags: ['coffee', 'history', 'newsroom', 'cities'],
    publishedDaysAgo: 94,
    content: `London’s first coffee house opened in 1652 in an alley off Cornhill. Its keeper was Pasqua Rosée, who had come to England as the servant of a merchant trading with the Levant. Within a few decades there were coffee houses all over the city, and they had become something nobody had quite intended: places where one went to find out.

For a penny you got a cup, a seat at a long table, and everything there was to read. Strangers talked to one another. Each house attracted its own trade. Ship owners and insurers met at Edward Lloyd’s, and from that room grew both the insurance market that bears his name and *Lloyd’s List*, which has reported on shipping since 1734.

The government was less charmed. In December 1675 Charles II issued a proclamation to close the houses, as nests of idle talk and false reports. The protest was so loud that he withdrew it within days, before it had come into force.

## Datelines made of coffee

When Richard Steele started *The Tatler* in 1709, he arranged its contents by the place where one would have heard them:

- gallantry and entertainment from **White’s**,
- poetry from **Will’s**,
- learning from **the Grecian**,
- foreign and domestic news from **St James’s**.

It is hard to think of a neater table of contents. He had noticed that the paper did not replace the room. It carried the room’s talk to people who could not be there, and gave those who could something to quarrel about on the next morning.`,
  },
  {
    title: 'Red lentil soup for a wet evening 🍋',
    author: 'user',
    tags: ['food', 'how-to'],
    publishedDaysAgo: 141,
    content: `The kindest thing about red lentils is that they are in no hurry and need no soaking. They have been skinned and split, so they fall apart in about twenty minutes and thicken the soup by themselves.

**For four bowls**

- 250 g red lentils
- 1 large onion and 2 carrots
- 2 cloves of garlic
- 3 tablespoons of olive oil
- 2 teaspoons of ground cumin, 1 of paprika
- 1 tablespoon of tomato purée
- 1.2 litres of water or stock
- 1 lemon, salt, a handful of parsley

**What to do**

1. Rinse the lentils in a sieve until the water runs nearly clear.
2. Chop the onion and the carrots, and cook them gently in the oil for ten minutes with a pinch of salt. *Gently* is the whole secret: they should become soft and sweet without turning brown.
3. Add the garlic, the spices and the tomato purée. Stir for a minute, until the kitchen smells like somewhere else.
4. Add lentils and liquid, bring to the boil, skim off the foam, and simmer for 20 minutes.
5. Blend it, or don’t. Salt it now, and then squeeze in half of the lemon.

Taste before and after the lemon. Nothing explains so quickly what acid does in cooking: the soup is suddenly in focus, as if someone had cleaned its glasses.

It keeps for three days in the fridge and becomes thicker overnight. Loosen it with hot water, and give it the other half of the lemon.`,
  },
  {
    title: 'القهوة العربية وآداب الضيافة',
    author: 'editor',
    tags: ['coffee', 'food', 'languages'],
    publishedDaysAgo: 188,
    content: `القهوة العربية ليست مجرد مشروب، بل هي أول كلمة يقولها المضيف لضيفه قبل أن يبدأ الحديث. وقد أدرجتها اليونسكو عام 2015 في قائمة التراث الثقافي غير المادي بوصفها رمزًا للكرم.

## كيف تُحضَّر؟

1. يُحمَّص البن تحميصًا خفيفًا في الغالب، ثم يُطحن.
2. يُغلى مع الماء على نار هادئة.
3. يُضاف الهيل، وقد يُضاف الزعفران أو القرنفل بحسب عادة البيت.
4. تُترك قليلًا حتى يهدأ البن في القاع، ثم تُصب في **الدلة**.

## وكيف تُقدَّم؟

يمسك من يصب القهوة الدلة بيده اليسرى، ويقدّم الفنجان بيده اليمنى. والفنجان صغير بلا مقبض، ولا يُملأ كله: يكفي مقدار الربع تقريبًا، حتى لا تحرق القهوة يد الضيف وحتى لا تبرد قبل أن يشربها. فإذا اكتفى الضيف هزّ الفنجان هزة خفيفة، ففهم المضيف دون كلام. وغالبًا ما يُقدَّم معها التمر، لأن حلاوته توازن مرارة القهوة.

## رحلة كلمة

سافرت الكلمة مع المشروب: من «قهوة» في العربية إلى «kahve» في التركية، ثم إلى «caffè» في الإيطالية، ومنها إلى لغات أوروبية كثيرة. وهكذا فإن من يطلب فنجانًا في أي مدينة بعيدة ينطق، من غير أن يدري، كلمة أصلها عربي. ☕`,
  },
  {
    title: 'Sauerkraut: cabbage, salt and patience',
    author: 'user',
    tags: ['food', 'science', 'how-to'],
    publishedDaysAgo: 234,
    content: `You need one cabbage, some salt and a jar. The work itself is done by bacteria that are already sitting on the leaves.

## The one number

Weigh the cabbage after trimming and take **2 % of its weight in salt**: 20 g for a kilogram. Salt draws out the juice and holds back most microbes. The lactic acid bacteria mind it less than their rivals do, and so they get a head start.

## The steps

1. Set one clean outer leaf aside. Shred the rest finely.
2. Sprinkle with the salt and knead with your hands for ten minutes, until the bowl is wet and the cabbage is limp.
3. Pack it into a clean jar, a handful at a time, and press down hard. The brine has to cover everything.
4. Lay the spare leaf on top, and a small weight on the leaf. Leave some room under the lid.
5. Stand the jar on a plate, at 18–20 °C and out of the sun. Open the lid briefly once a day during the first week to let the gas escape.

## What goes on inside

The bacteria turn sugars into lactic acid. At first there are bubbles; then it gets quiet and sour. The acid is what preserves the cabbage. Start tasting after a week. After three or four it will be properly sharp, and can move to the fridge.

Cloudy brine is normal. Fuzzy or coloured mould is not, and then the jar should be thrown away.

Captain Cook took sauerkraut on the *Endeavour* as a guard against scurvy. 🥬`,
  },
  {
    title: 'Sharpening a kitchen knife',
    author: 'user',
    tags: ['tools', 'food', 'how-to'],
    publishedDaysAgo: 281,
    content: `A blunt knife is the dangerous one. It has to be pushed, and what is pushed can slip. Sharpening by hand looks like a craft for specialists, but it comes down to two things: a constant angle, and knowing when to stop.

**You need** a whetstone of about 1,000 grit, a bowl of water and a damp cloth so that the stone does not wander. Some stones want to soak for ten minutes first; ask the maker.

## The movement

1. Lay the blade flat on the stone and lift the spine until you have an angle of 15 to 20 degrees. On a chef’s knife the spine is then a little more than a centimetre above the stone, about the thickness of a finger.
2. Put two fingers of the free hand on the flat of the blade, near the edge, and never on it.
3. Push and pull along the stone with light pressure. Work in sections, from the heel to the tip.
4. After a few minutes, feel for the **burr**. Stroke very gently across the blade, from the spine towards the edge and off it, never along it. A faint roughness on the upper side means that you have ground all the way through.
5. Turn the knife over and do the other side until the burr comes back.
6. Finish with a few feather-light strokes on alternating sides, so that the burr wears off.

## The test

A ripe tomato will tell you. A sharp knife enters the skin under its own weight, with no sawing.

The steel rod in the drawer is a different tool. It straightens an edge that has bent over and removes little metal. Use the steel often, and the stone a few times a year.`,
  },
  {
    title: 'A herb garden on the windowsill 🌱',
    author: 'user',
    tags: ['nature', 'food', 'how-to'],
    publishedDaysAgo: null,
    content: `*Draft. I want to try the mint cuttings again before this goes out, and take a photo.*

Supermarket herbs die within a week, and we blame ourselves. But a pot of basil from a shop is a crowd: a dozen or more seedlings packed together so that it looks bushy on the shelf. Divide it into three or four pots on the first day and it has a chance.

## Two kinds of herbs

**The thirsty ones** (basil, parsley, chives, mint) have soft leaves. They like rich soil that stays damp.

**The dry ones** (thyme, rosemary, sage, oregano) come mostly from stony Mediterranean hillsides. They want sun, sand in the soil, and a rest between waterings.

Never put one of each in the same box. Somebody will be unhappy.

## Harvesting is pruning

- Cut basil just above a pair of leaves. Two new shoots will grow from that point.
- Take parsley from the outside, whole stalks at a time.
- Cut chives a finger’s width above the soil.
- Mint spreads by runners; give it a pot of its own, or it will own yours.

## To check

- how long a cutting of mint takes to root in a glass of water
- whether the north window is hopeless for everything *except* parsley`,
  },
];
