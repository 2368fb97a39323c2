import type { DemoPost } from './demo-post.js';

/** Newspapers, printing, and how a desk works. */
export const NEWSROOM_POSTS: DemoPost[] = [
  {
    title: 'Etaoin shrdlu',
    author: 'editor',
    tags: ['history', 'typography', 'newsroom', 'tools'],
    publishedDaysAgo: 29,
    content: `For most of the twentieth century a newspaper reader might come across a line of pure nonsense in the middle of a column:

> etaoin shrdlu

It was neither code nor a foreign language. It was the sound of somebody making a mistake.

The Linotype machine, invented by Ottmar Mergenthaler and first put to commercial use at the *New York Tribune* in 1886, set a whole **line o’ type** at a time. The operator worked a keyboard of ninety keys. Each stroke released a small brass mould, and the moulds gathered in a row. When the row was full, hot metal was pressed against it and out came the line as a single piece, called a *slug*. Then an arm carried the moulds up to the top, and each found its way back to its own channel by a pattern of teeth, like a key in a lock.

The keys were arranged roughly by how often English uses the letters, in columns from the left. The first column read *e t a o i n*, the second *s h r d l u*.

There was no way to go back and delete. After an error the quickest thing was to run a finger down the first columns, fill up the line with rubbish, cast it, and start again. The bad slug was supposed to be picked out by hand later. Sometimes it was not.

*The New York Times* printed its last issue from hot metal on 2 July 1978. A documentary film was made of that night in the composing room, and its title says goodbye to the two words directly: *Farewell, Etaoin Shrdlu*.`,
  },
  {
    title: 'A style sheet that fits on one page',
    author: 'admin',
    tags: ['newsroom', 'writing', 'how-to'],
    publishedDaysAgo: 76,
    content: `Large papers have style books with hundreds of pages. A small desk needs one page that everybody has actually read. Its purpose is to settle, once, the questions on which reasonable people differ, so that nobody has to settle them again at eleven at night.

| Question | We write |
| --- | --- |
| Dates | 4 March 2024, no commas |
| Times | 18:30, with the time zone if readers are abroad |
| Numbers | one to nine in words, 10 and up in figures |
| Units | figures and a space: 5 km |
| Titles of works | italics for books, quotation marks for chapters |
| Quotation marks | “double”, then ‘single’ inside |
| Headlines | only the first word and names take a capital |

## Four rules about the rules

1. **Decide quickly.** It matters more that we agree than what we agree on.
2. **Write down the exception together with the rule.** A number that begins a sentence is always spelled out.
3. **Add an entry only after the second argument.** The first may have been an accident.
4. **Delete.** An entry that nobody has looked up in a year can go.

People’s names are the one subject on which there is no house style. We spell a name as its owner does, accents included, even when the spelling looks unlikely to us. *Especially* then.

The current version is pinned at [example.com/style](https://example.com/style), and quarrels about it are welcome before noon.`,
  },
  {
    title: 'The first newspapers',
    author: 'editor',
    tags: ['history', 'newsroom', 'languages'],
    publishedDaysAgo: 132,
    content: `News is older than newspapers. In Rome, notices of public events were posted up for anyone who could read. Later, merchants paid correspondents for handwritten letters full of prices, wars and weddings. What was missing was a thing that was printed, public, and came again next week.

## Strasbourg, 1605

Johann Carolus made his living from such letters and copied them out by hand for his subscribers. Copying was slow. In 1605 he turned to print, and his *Relation* is commonly regarded as the first newspaper. We know of it from a petition in which he asked the city council to protect him from imitators. So one of the earliest documents about any newspaper is a complaint about competition.

## What followed

- **1631**, Paris: Théophraste Renaudot starts the *Gazette*, with royal approval. The name goes back to *gazeta*, a small Venetian coin.
- **1645**, Stockholm: the paper now called *Post- och Inrikes Tidningar* begins. It still appears, though only online.
- **1650**, Leipzig: Timotheus Ritzsch publishes the *Einkommende Zeitungen* on six days of the week, which makes it the first daily that we know of.
- **1702**, London: Elizabeth Mallet brings out *The Daily Courant*, the first English daily, on a single sheet. The paper promises to add no opinions of its own, since readers have sense enough to form theirs.

Look at what these people had to invent: the subscription, the issue number, the deadline, the unverified report marked as such. Almost nothing on the list has gone out of use.`,
  },
  {
    title: 'Upside down: the inverted pyramid',
    author: 'editor',
    tags: ['newsroom', 'writing'],
    publishedDaysAgo: 169,
    content: `A story told at dinner keeps its best part for the end. A news story does the reverse. It puts the most important fact in the first sentence, the next most important after it, and lets the rest taper off into background. Journalists call the shape an *inverted pyramid*.

There are sound reasons for it:

- Many readers stop early. They should leave with the main thing.
- An editor short of space can cut from the bottom without reading it all again.
- Writing the first sentence forces the reporter to decide what the story **is**.

One often hears that the form was born with the telegraph, when lines could fail at any moment and reporters wired the result first. It is a lovely explanation. Historians who have gone back to the old papers tend to be doubtful, for the shape only became common towards the end of the nineteenth century, decades after the wires went up.

## A test

Take a report of yours and remove the last paragraph. Does it still stand? Remove the next one. Go on until it falls over. Whatever you removed just before it fell has to be moved further up.

## When not to use it

A pyramid is poor at suspense, at argument, and at explaining anything in which the reader needs step one in order to understand step two. A recipe in pyramid form would begin with the cake. For these there are older shapes: the list, the walk, the letter, the tale. The skill lies in choosing the shape before the first line and not after the last.`,
  },
  {
    title: 'A correction is part of the story',
    author: 'admin',
    tags: ['newsroom', 'writing', 'how-to'],
    publishedDaysAgo: 216,
    content: `Everyone who publishes gets things wrong. The difference between a careful paper and a careless one shows itself afterwards.

## How we do it here

**Fix the text, and say so.** A silent repair is a second error. Readers who saw the earlier version are left with it, and those who quote us look foolish.

**State the right fact first.** The note is there to inform, not to perform regret. Repeat the mistake only as far as is needed to recognise it:

> *Correction, 9 May:* The bridge was opened in 1931. An earlier version of this article gave a different year.

**Put it where the error was.** If a figure in the headline was wrong, a line at the foot of the page will not do.

**Thank the person who noticed,** privately at least. They have read us more closely than we did.

## What needs a note, and what does not

| Change | Note? |
| --- | --- |
| Spelling, a missing comma | no |
| A dead link replaced | no |
| A name, date, number or place | yes |
| A quotation, even one word of it | yes |
| A sentence that was unfair | yes, and a conversation |
| New facts since publication | yes, marked *Update* |

The last row is worth keeping apart. An update says that the world has changed. A correction says that we were wrong. Calling the second by the name of the first is tempting, and readers can always tell.

Reports of mistakes go to [example.com/corrections](https://example.com/corrections). Every one is read by a person.`,
  },
  {
    title: 'Eleven centuries of printing in ten stops',
    author: 'editor',
    tags: ['history', 'typography', 'reading'],
    publishedDaysAgo: 262,
    content: `Nobody invented printing once. It arrived in pieces, in different places, and each piece made the next one thinkable.

1. **868.** A copy of the *Diamond Sutra* is printed in China from carved wooden blocks. Of the printed books that survive and carry a date, it is the oldest.
2. **1040s.** Bi Sheng makes movable type from baked clay. We know of him because the scholar Shen Kuo wrote it down.
3. **1377.** In Korea, the Buddhist text known as *Jikji* is printed with movable metal type. One volume survives.
4. **About 1455.** In Mainz, Johannes Gutenberg completes a Bible with 42 lines to the page. His achievement is a whole system: cast type, a suitable ink, and a press.
5. **1501.** In Venice, Aldus Manutius publishes a pocket-sized Virgil set entirely in a new slanted type. We call it *italic*.
6. **About 1800.** Earl Stanhope builds a press out of iron. It prints a larger sheet with one pull.
7. **1814.** *The Times* of London is printed by steam on a machine by Friedrich Koenig. The printers learned of it when the work was already done.
8. **1886.** The Linotype casts a line at a time from a keyboard.
9. **Mid-twentieth century.** Letters are exposed on film. Metal begins to leave the trade.
10. **1985.** Laser printers and page-layout software put a composing room on a desk.

Notice how the intervals shrink. Notice too that hardly anything on this list disappeared for good: somewhere near you, someone is pulling a proof by hand this weekend, for pleasure. More dates are collected at [example.com/printing](https://example.com/printing).`,
  },
  {
    title: 'Out of sorts: words we owe to printers',
    author: 'editor',
    tags: ['languages', 'history', 'typography'],
    publishedDaysAgo: 309,
    content: `Trades that disappear leave their words behind. Setting type by hand has almost gone, yet we speak its language every day. Some of these histories are certain, and some are only charming; I have kept them apart.

## Certain

- **Upper case, lower case.** Compositors kept their letters in shallow trays. Where two were used, the capitals lay in the upper one.
- **Leading.** The space between lines, and it rhymes with *bedding*: it was made with strips of lead.
- **Font.** From the French *fonte*, something cast, like the metal letters themselves.
- **Stereotype.** A printing plate cast in one piece from a page of type. It could be used over and over with no change, and by and by so could an opinion.
- **Cliché.** The French word for such a plate. It is said to imitate the noise that was heard when the mould was pressed into hot metal.

## Plausible

- **Out of sorts.** A *sort* is a single piece of type. A printer who had run out of the letter *e* would certainly have been in a bad mood. Whether the phrase comes from this is not proved.

## Probably too good

- **Mind your p’s and q’s.** In metal type, letters appear in mirror image, so the two are easily mixed up. But there are half a dozen other explanations, in pubs and schoolrooms, each told with the same confidence.

It is a good habit to distrust any etymology that makes a perfect story. Words, like apprentices, pick things up wherever they happen to be standing.`,
  },
  {
    title: 'Welcome, and a word about our name',
    author: 'admin',
    tags: ['newsroom', 'history'],
    publishedDaysAgo: 358,
    content: `Hello, and welcome. This is the first post. There will be walks, recipes, some science, and a good deal about letters and the people who arrange them. Now and then a post will be in another language. We think a page looks better with more than one alphabet on it: *καλημέρα*, *bonjour*, *おはよう*, *صباح الخير*. 👋

## Why “broadsheet”?

To a printer, a broadsheet or broadside was first of all a large sheet printed on one side and sold in the street. It might carry a ballad, a royal proclamation, or the last words of a highwayman. Later the name passed to newspapers of the largest format.

Why they grew so large has several explanations. One is tax: from 1712 the British stamp duty was charged by the sheet, so it paid to make each sheet hold as much as possible. Another is the machinery; a third is plain habit.

The opposite word has an odder past. *Tabloid* began as a trade mark, registered in 1884 by a pharmaceutical company for its compressed medicines. It soon came to mean anything small and concentrated, and in the end a newspaper.

## House rules

1. Be accurate.
2. Be brief, where brief is enough.
3. If you were wrong, say so.

> A large sheet is no excuse for a long article.

If you would like to write for us, bring a subject that you cannot stop talking about. If you would like only to read, you are the reason for all this.`,
  },
  {
    title: 'Planning a quiet week at the desk',
    author: 'admin',
    tags: ['newsroom', 'how-to', 'tools'],
    publishedDaysAgo: null,
    content: `*Draft for discussion. Please argue with it before Thursday.*

News is unpredictable; most of what a desk publishes is not. Anniversaries, seasons, long reads and regular columns can all be seen coming. If these are ready in time, there is room for the things that nobody saw coming.

## The rhythm

- **Monday:** everyone names one piece they *will* finish. Not two.
- **Tuesday and Wednesday:** write. No meetings before lunch.
- **Thursday:** swap. Every text is read by someone who did not write it.
- **Friday:** publish what is ready and move what is not, without any drama.

## The shelf

We keep three finished pieces that can run on any day of the year. Whoever takes one from the shelf puts another back within two weeks.

## A card for every piece

\`\`\`text
Working title:
In one sentence, what does the reader learn?
Who checks the facts?
Picture, and who made it?
Earliest day:        Latest day:
\`\`\`

If the second line cannot be filled in, the piece is not late. It has not been thought of yet.

## Open questions

1. Who looks after the desk in August?
2. Do drafts older than six months get deleted, or just frowned at?`,
  },
];
