import type { DemoPost } from './demo-post.js';

/** City walks, streets and maps. */
export const CITIES_POSTS: DemoPost[] = [
  {
    title: 'Walking Venice by its street words',
    author: 'editor',
    tags: ['cities', 'walking', 'languages'],
    publishedDaysAgo: 0.3,
    content: `A Venetian address can be perfectly correct and entirely useless. Houses are numbered by district, so that a single series runs through hundreds of alleys and climbs into the thousands. Next door to a number there may be a quite different one, because the count went round a courtyard first.

There are six of these districts, the *sestieri*: Cannaregio, Castello, Dorsoduro, San Marco, San Polo and Santa Croce. What actually helps you through them is vocabulary.

| Word | What it is |
| --- | --- |
| *calle* | a street, sometimes no wider than your shoulders |
| *campo* | a square; the word means “field” |
| *corte* | a courtyard, often with one way in |
| *fondamenta* | a pavement along the water |
| *ramo* | a short side branch of a street |
| *rio* | a small canal |
| *rio terà* | a street that used to be one, filled with earth |
| *sotoportego* | a passage underneath a building |

Only San Marco has a *piazza*. Nearly every other square is a *campo*, and many still have a carved wellhead in the middle, which once gave access to filtered rainwater.

## A walk without a plan

Start at the railway station, turn your back on the crowd, and choose by the words alone. A *fondamenta* is safe: you can see where it goes. A *sotoportego* is always worth it. A *corte* will probably return you to where you were, a little wiser. Wherever you see a *rio terà*, look for the unusual width, and imagine boats.

You cannot get badly lost. Sooner or later a sign on a wall will say *Per Rialto*, and quite possibly point both ways. 🛶`,
  },
  {
    title: 'Barcelona’s cut corners',
    author: 'user',
    tags: ['cities', 'history', 'maps'],
    publishedDaysAgo: 48,
    content: `Stand at almost any crossing in the Eixample and you will notice that the corner is missing. Where two streets meet, the four buildings step back, each at an angle of 45 degrees, and the crossing opens into an eight-sided square. In Catalan such a corner is called a *xamfrà*.

The corners are the idea of Ildefons Cerdà, an engineer. In the middle of the nineteenth century Barcelona was still shut inside its walls and desperately crowded. Demolition of the walls began in 1854; the question was what to build on the plain outside. The government in Madrid approved Cerdà’s plan in 1859. The city preferred another, by the architect Antoni Rovira i Trias, which had won its own competition. Madrid did not give way.

## What he drew

- Blocks of about 113 metres on each side, turned so that the corners point north, south, east and west and every front gets some sun.
- Streets mostly 20 metres wide, at a time when many old ones were a fraction of that.
- Houses on only two or three sides of a block, with a **garden** in the remaining space.
- Cut corners, so that vehicles could turn and people could see what was coming.

The grid was built. The gardens mostly were not: owners filled in the open sides, then the middles. In recent decades some of the inner courtyards have been reopened to the public, and you can walk through a doorway from the traffic into a small park with benches.

Cerdà later gave the whole business a name. His book of 1867 was called *Teoría general de la urbanización*, and the word in its title has been with us ever since.`,
  },
  {
    title: 'What a map leaves out',
    author: 'editor',
    tags: ['maps', 'history', 'reading'],
    publishedDaysAgo: 104,
    content: `In one of Lewis Carroll’s late novels a visitor boasts of a country that made a map on the scale of a mile to the mile. It has never been unfolded, because the farmers were afraid for their sunlight. They use the land itself instead, and it does almost as well.

The joke is a definition. A map is useful *because* it leaves things out, and each good map has decided what it can do without.

## Giving up size

Gerardus Mercator’s world map of 1569 was drawn for sailors. On it, a line of constant compass bearing is straight, so a course can be set with a ruler. The price is area. Greenland looks about as big as Africa, which in reality is roughly fourteen times larger. As a chart it is brilliant. As a picture of the world it has misled classrooms ever since.

## Giving up distance

The London Underground map of 1933 was the work of Harry Beck, a draughtsman. He saw that passengers below ground do not care how the tracks bend; they care about the order of stations and where to change. So he straightened the lines to horizontals, verticals and diagonals, and enlarged the centre. The result looks like a wiring diagram, and cities all over the world have copied it.

## Reading by absence

When you meet a new map, ask it three things:

1. What was it made **for**?
2. What did it give up in exchange?
3. Who is not on it?

The third question is the uncomfortable one, and it tends to be the most informative.`,
  },
  {
    title: '東京の坂道を歩く',
    author: 'user',
    tags: ['cities', 'walking', 'languages'],
    publishedDaysAgo: 150,
    content: `東京は平らな町だと思われがちですが、歩いてみるとすぐに坂に出会います。西から伸びる台地が海の近くで細かく刻まれ、丘と谷が交互に並んでいるからです。谷には商店街、丘の上には寺や屋敷。その間をつなぐのが坂道でした。

江戸の町では、道そのものよりも坂のほうに名前がよく付けられました。坂は目印になり、待ち合わせにも道案内にも便利だったのでしょう。名前を見ると、由来はいくつかの種類に分けられます。

- **見えるもの**：富士見坂、潮見坂、江戸見坂
- **暗さや怖さ**：暗闇坂、幽霊坂
- **食べもの**：団子坂、芋洗坂

同じ名前の坂があちこちにあるのも面白いところです。富士見坂も幽霊坂も一つではありません。ただし、今も富士山が見える富士見坂はほとんどなくなりました。日暮里の富士見坂からは2013年ごろまで山の姿が見えましたが、建物に隠れてしまいました。🗻

千駄木の団子坂は、江戸川乱歩の短編「D坂の殺人事件」の舞台としても知られています。本を一冊かばんに入れて出かけると、散歩が少し長くなります。

坂を歩くときのおすすめは、上りではなく下りから始めることです。上から町を眺め、谷の喫茶店で休み、次の坂をゆっくり上る。それを三回くり返せば、地図の上では短い距離でも、立派な小旅行になります。`,
  },
  {
    title: 'How to walk through a city you already live in',
    author: 'user',
    tags: ['walking', 'cities', 'how-to'],
    publishedDaysAgo: 197,
    content: `Visitors see more of a town in a weekend than its inhabitants do in a year, mainly because they have nowhere to be. The following games give you the same advantage. None of them needs equipment, and all of them fit into an hour.

**Follow the water.** Find the lowest point in your neighbourhood. Streams were often buried in pipes as towns grew, but the ground remembers: look for a street that curves without any reason, or for a name with *brook*, *mill* or *bridge* in it and no water in sight.

**Look up.** Shop fronts are replaced every few years; the storeys above them are not. Dates, initials, and the ghost of painted advertising are usually between the first floor and the roof.

**Toss a coin.** Heads is left, tails is right, at every junction, for thirty minutes. Then find your way home without a screen.

**Take the whole line.** Ride a bus to its last stop, get out, and walk back along the route. You will finally learn what is between the places you know.

**Ask one question.** Choose something small, say door knockers, manhole covers or street trees, and look only for that. By the end you will have opinions.

## What to bring

- shoes you have forgotten you are wearing
- a pencil, because phones make notes into chores
- a bit of money for cake ☕

A word of caution: do not try to make it useful. A walk that also fetches the parcel is an errand.`,
  },
  {
    title: 'Seven bridges and one stroll that cannot be taken',
    author: 'editor',
    tags: ['cities', 'maps', 'science', 'history'],
    publishedDaysAgo: 244,
    content: `The river Pregel ran through the old Prussian city of Königsberg in two arms, with an island called Kneiphof in between. In the eighteenth century seven bridges tied the parts of the town together, and people amused themselves with a question: can you take a walk that crosses each bridge **once and only once**?

Nobody managed it. In 1735 Leonhard Euler showed the academy in St Petersburg that nobody ever would.

His trick was to throw away nearly everything. The shape of the island does not matter, nor the length of the bridges, nor the path you take on land. What matters is which pieces of land are joined, and how often.

| Land | Bridges |
| --- | --- |
| Kneiphof island | 5 |
| North bank | 3 |
| South bank | 3 |
| Land to the east | 3 |

Now think like a walker. Every time you pass *through* a piece of land you use two of its bridges: one in, one out. So a place with an odd number of bridges can only be the start of the walk, or its end. A walk has one start and one end, which allows for two odd places at most. Königsberg had four. That is the whole proof.

The idea grew into what we now call graph theory, and the same reasoning serves rubbish lorries and postal rounds.

The city is called Kaliningrad today. Two of the seven bridges were lost to bombing in the Second World War, so the puzzle can no longer be failed in the original manner. It can still be tried on paper, where the coffee is closer.`,
  },
  {
    title: 'Los patios de Córdoba en mayo',
    author: 'editor',
    tags: ['cities', 'nature', 'languages'],
    publishedDaysAgo: 290,
    content: `En Córdoba el calor empieza pronto, y las casas antiguas lo saben. Por eso miran hacia dentro: muros gruesos, pocas ventanas a la calle y, en el centro, un patio con agua, sombra y macetas. ¿Qué mejor aire acondicionado que una pared encalada y un pozo?

Cada primavera, en las primeras semanas de mayo, muchos vecinos abren la puerta y dejan pasar a quien quiera mirar. Hay un concurso, que nació en 1921, pero lo importante no es el premio. Lo importante es el trabajo de todo el año: sembrar, podar, encalar y regar, sobre todo regar.

## Cómo se riega una pared

Las macetas cuelgan a veces a varios metros de altura. Para alcanzarlas se usa una caña larga con una lata en la punta. Se llena la lata, se levanta la caña y se inclina despacio. Parece fácil hasta que uno lo intenta. 💦

## Qué se ve

- geranios y gitanillas, rojos y rosas, contra la cal blanca;
- jazmines y naranjos, que se reconocen antes con la nariz que con los ojos;
- suelos de guijarros, a menudo dibujados con mucha paciencia.

En 2012 la UNESCO inscribió la fiesta en la lista del patrimonio cultural inmaterial. El título es merecido, aunque en el barrio del Alcázar Viejo lo explican de otra manera: el patio es una habitación más de la casa, solo que el techo lo pone el cielo.`,
  },
  {
    title: 'Edinburgh: two towns and a valley',
    author: 'user',
    tags: ['cities', 'walking', 'history'],
    publishedDaysAgo: 331,
    content: `Few cities put their argument so plainly. On one ridge stands the Old Town, crooked and tall, running downhill from the Castle to Holyrood. On the other lies the New Town, straight and calm. Between them is a valley with a garden in it, and you can cross from one way of thinking to the other in five minutes.

## Start on the High Street

The narrow passages that drop away on either side are called *closes* and *wynds*. Confined on its ridge, the old city grew upwards, and its tenements were among the tallest dwellings of their time. Go down **Advocate’s Close**: through the gap at the bottom you see the Scott Monument, framed as though someone had planned it.

## Cross the valley

The green strip along Princes Street was once the Nor Loch, an artificial lake that had served as a defence and later as a sewer. It was drained in stages. The great ramp called **The Mound** was made with earth dug out for the foundations of the New Town, which means that one half of the city quite literally built the bridge to the other.

## Finish on George Street

The New Town follows a plan with which James Craig won a competition in the 1760s: a main street along the ridge, a square at each end, and single-sided streets left open to the views. Walk to the middle, look north at any crossing, and on a clear day there is the Firth of Forth, with Fife behind it.

*Allow two hours, plus weather.* A sketch of the route is at [example.com/walks/edinburgh](https://example.com/walks/edinburgh).`,
  },
];
