import type { DemoPost } from './demo-post.js';

/** Writing, editing, reading and type. */
export const CRAFT_POSTS: DemoPost[] = [
  {
    title: 'A short field guide to dashes',
    author: 'editor',
    tags: ['typography', 'writing', 'how-to'],
    publishedDaysAgo: 20,
    content: `Most keyboards offer one horizontal stroke and leave us to guess which of its relatives we meant. There are four worth telling apart, and once you can see the difference you will not be able to stop seeing it.

| Mark | Name | Code point | Typical job |
| --- | --- | --- | --- |
| - | hyphen-minus | U+002D | joins words: *well-known* |
| – | en dash | U+2013 | ranges and links: *pages 12–19* |
| — | em dash | U+2014 | a break in the sentence |
| − | minus sign | U+2212 | arithmetic: *7 − 3* |

## Where the names come from

An *em* is the size of the type itself: in 12-point type, an em is 12 points wide. An en is half of that. The dashes were named after these widths, although modern typefaces are free to draw them a little shorter or longer.

## One house, one habit

British books often set a break as an en dash with a space on each side – like this. American books usually prefer the em dash with no space at all—like this. Both are correct, and mixing them in one article is the only real mistake.

The minus sign deserves a kind word too. It is drawn to sit at the same height and width as the plus, so a column of figures looks even. A hyphen in the same place looks as if something had been left out.

If you remember a single rule, make it this one: hyphens make words, en dashes make ranges, em dashes make pauses.`,
  },
  {
    title: 'Cut the first paragraph',
    author: 'editor',
    tags: ['writing', 'how-to'],
    publishedDaysAgo: 66,
    content: `Here is an experiment that costs nothing. Take the draft you finished yesterday, cover its first paragraph with your hand, and begin reading at the second. Quite often the piece is better.

The reason is simple. We write our opening lines while we are still finding out what we want to say. They are scaffolding: useful on the day, and odd to leave standing once the house is up. You can recognise scaffolding by a few habits:

- it announces the subject instead of starting on it;
- it goes back to the beginning of time (“People have always told stories…”);
- it apologises for the length, or explains why the author was asked;
- it contains no name, number, place or object.

Compare two openings to the same imaginary report:

> Public transport is an important topic for many people today, and there are a number of different views about how it should be organised.

> The last number 9 tram leaves the hospital at 22:40. The late shift ends at 22:45.

The second one has no opinion in it, and yet you already know what the argument will be about.

## What if the paragraph held something you need?

Then it will turn out to be *one* fact, and that fact can move. Put it in the third paragraph, where the reader has begun to want it. If you are nervous, paste the old opening at the bottom of the file and leave it there until tomorrow. Hardly anyone ever fetches it back.`,
  },
  {
    title: '„Gänsefüßchen“ und ihre Verwandten',
    author: 'editor',
    tags: ['typography', 'languages'],
    publishedDaysAgo: 113,
    content: `Anführungszeichen gehören zu den kleinsten Zeichen einer Seite, und trotzdem verraten sie sofort, woher ein Text kommt. Im Deutschen stehen sie vorn unten und hinten oben: „so“. Wer sich die Form nicht merken kann, denkt an Zahlen: Vorne steht eine kleine **99**, hinten eine kleine **66**.

## Drei Gewohnheiten, eine Sprache

- In Zeitungen und Briefen aus Deutschland und Österreich liest man meist „diese Form“.
- Viele Buchverlage setzen lieber »diese Form«, mit den Spitzen nach innen.
- In der Schweiz zeigen die Spitzen nach außen: «diese Form».

Ein Zitat im Zitat bekommt einfache Zeichen: „Sie rief ‚Komm herein!‘ und lachte.“ Mehr als zwei Ebenen sollte man niemandem zumuten, am wenigsten sich selbst.

## Und die geraden Striche?

Das Zeichen auf der Tastatur ist ein Kind der Schreibmaschine. Dort war jede Taste kostbar, also musste ein senkrechter Strich für Anfang und Ende genügen. In Programmcode ist er bis heute unentbehrlich; in einem gesetzten Text wirkt er wie ein Nagel, an dem noch kein Bild hängt.

Das Wort „Gänsefüßchen“ ist übrigens keine Kinderei. Man findet es in Wörterbüchern, und wer einmal eine Gans über feuchten Sand hat laufen sehen, versteht es ohne Erklärung.`,
  },
  {
    title: 'Plain text is a good place to think',
    author: 'admin',
    tags: ['tools', 'writing', 'how-to'],
    publishedDaysAgo: 160,
    content: `A plain text file has no opinion about your margins. It opens in a second, on any machine, in any editor, and a file saved decades ago can usually be read today without a converter. For a first draft that is nearly everything one needs.

Markdown adds just enough marks to keep the structure visible:

\`\`\`markdown
## The harbour at six

The boats come back in **pairs**. On the quay there is

1. a crane that nobody uses,
2. a dog that belongs to everybody.

> Ask the harbour master about the crane. TK
\`\`\`

The letters *TK* are an old newsroom habit. They mean “to come”, and they are spelled wrongly on purpose: few English words contain a *t* followed by a *k*, so the gaps are easy to find again before publication.

\`\`\`sh
grep -n 'TK' draft.md      # what is still missing?
wc -w draft.md             # how long is it already?
diff monday.md draft.md    # what did I change since Monday?
\`\`\`

These three commands are older than most of the programs on your computer, and they will not be redesigned next spring.

There are limits. Plain text is poor at tables with long cells, at footnotes, and at anything where position carries meaning. When you reach one of those limits, move on to a better tool with a clear conscience. By then the thinking is done, and the thinking was the hard part. A longer list of small helpers is at [example.com/plain-text](https://example.com/plain-text).`,
  },
  {
    title: 'Why a line of text has a comfortable length',
    author: 'editor',
    tags: ['typography', 'reading'],
    publishedDaysAgo: 206,
    content: `Hold a broad newspaper page in front of you and notice that nobody asks you to read straight across it. The page is cut into columns, and it is cut for the sake of your eyes.

When you read, your eyes do not glide. They jump several letters at a time, rest for a fraction of a second, and jump again. At the end of each line they make one long leap back to the left. If the line is very long, that leap becomes hard to aim, and you land on the line you have just read, or skip one. If the line is very short, you leap so often that phrases are chopped to pieces.

Typographic handbooks usually recommend **between 45 and 75 characters** for a single column of running text, counting spaces. Newspaper columns go lower, because they are skimmed. The accessibility guidelines for the web, at their strictest level, ask for no more than 80 characters, or 40 for Chinese, Japanese and Korean.

## On a screen

CSS has a unit that comes close to what we want. One \`ch\` is the width of the digit zero in the current font:

\`\`\`css
article {
  max-width: 65ch;
  line-height: 1.5;
}
\`\`\`

Longer lines want more space between them, so that the way back is easier to find; shorter lines can be set tighter. Change one of the two values and you should look at the other again.

Then comes the real test: read a page of it yourself, at the end of the day, when you are tired.`,
  },
  {
    title: 'Keeping a commonplace book',
    author: 'user',
    tags: ['reading', 'writing', 'history'],
    publishedDaysAgo: 253,
    content: `A commonplace book is a notebook of other people’s sentences. It is no diary, since nothing in it happened to you; and it is less than a work of scholarship, since you only copy what you like. For several centuries it was nevertheless one of the main tools of an educated reader.

The difficulty has always been finding things again. In 1686 the philosopher John Locke published, in French, a method that he had used for years. An English version appeared in 1706, after his death. It goes roughly like this:

1. Choose a heading for the passage, for example *Bread*.
2. Take its first letter and the first vowel after it: **B** and **e**.
3. Look up that pair in an index on the first pages of the notebook.
4. If a page is listed there, continue on it. If not, take the next empty spread and write its number in the index.

The beauty of the scheme is that no page has to be reserved in advance. The book fills evenly, whatever you happen to read.

## A version for impatient people

Number the pages. Keep the last two for an index. Copy by hand when you can, because copying is slow, and being slow is how you notice that a sentence you admired is missing its verb. Always write down *who* and *where*; a quotation without a source is merely a rumour.

After a year, read the whole thing in one sitting. You will find that you have been interested in four or five subjects all along, and that you could only have named two of them.`,
  },
  {
    title: 'Every part of a letter has a name',
    author: 'editor',
    tags: ['typography', 'languages'],
    publishedDaysAgo: 300,
    content: `People who look at letters for a living need to be able to say *“that bit there”* without pointing. Over time they have borrowed words from bodies, buildings and plants. A few are enough to make any page of type more interesting.

**Baseline.** The invisible line on which the letters stand. Round letters such as *o* dip slightly below it. If they did not, they would look too small: this correction is called *overshoot*.

**X-height.** The height of a lower-case *x*, which has a flat top and a flat bottom and is therefore easy to measure. Two fonts at the same point size can have very different x-heights, and so one looks much larger than the other.

**Ascender and descender.** The parts of *b*, *d*, *k* that rise above the x-height, and the parts of *g*, *p*, *y* that hang below the baseline. In many text faces the ascenders are taller than the capitals.

**Counter.** The white space inside a letter, closed as in *o* or open as in *n*. When a designer makes a bold weight, the counters are the first to suffer.

**Serif.** The small stroke at the end of a larger one. Faces without it are called *sans serif*, which is simply “without” in French followed by a word whose origin is still argued about.

**Tittle.** The dot on *i* and *j*. Turkish has an *i* with the dot and another *ı* without, in capitals *İ* and *I*, and they are different letters.

Next time a page seems “friendly” or “cold”, try to say which of these parts is doing it. Very often it is the counters.`,
  },
  {
    title: 'Read it aloud',
    author: 'user',
    tags: ['writing', 'reading', 'how-to'],
    publishedDaysAgo: 344,
    content: `The cheapest editing tool is your own voice. The eye is a generous reader: it supplies missing words, forgives repetition and slides over sentences that have no end. The tongue is not generous at all. It trips at exactly the place where the reader will.

Here is a routine that takes about ten minutes for a page.

1. **Print it, or change the font.** The text has to look slightly foreign, or you will recite it from memory.
2. **Read at speaking pace, with a pencil.** Do not stop to repair anything. Just put a mark in the margin wherever you stumble, run out of breath, or get bored.
3. **Go back to the marks.** A stumble is usually a pile of consonants or a noun made of four other nouns. Running out of breath means the sentence wants a full stop. Boredom means the passage can go.
4. **Listen for echoes.** A word used twice in three lines is invisible on paper and loud in the room.
5. **Read the last sentence of each paragraph on its own.** If it only repeats the paragraph, delete it.

Too shy to do it in an office? Let the computer read to you instead. A synthetic voice has one great advantage: it never puts in the emphasis that you *meant* and forgot to write.

> When we hear our own sentence and wince, we have just been given an hour of editing for free.

Poets, playwrights and speech-writers have always worked like this. There is no reason that a bug report or a recipe should not.`,
  },
  {
    title: 'Describing pictures: notes on alt text',
    author: 'admin',
    tags: ['writing', 'how-to', 'tools'],
    publishedDaysAgo: null,
    content: `*Working notes for the handbook. Still missing: an example with a map. TK*

An alternative text stands in for a picture when the picture cannot be seen: because somebody uses a screen reader, because the connection is slow, because the file has gone. Writing one is a small act of translation, and like every translation it depends on what the original is *for*.

## Three questions

1. If the picture vanished, what would the reader no longer know? Write that.
2. Does the caption say it already? Then do not say it twice.
3. Is it only decoration? Then leave the text empty, but keep the attribute:

\`\`\`html
<img src="divider.svg" alt="">
\`\`\`

Without the attribute, some screen readers fall back on the file name, and nobody wants to have *divider dot s v g* read to them.

## Small rules

- No “image of…”. The software announces that anyway.
- One or two sentences. A complicated chart needs a table or a paragraph in the article itself, where *everyone* can use it.
- Name people if the article names them, and describe what they are doing.
- Text that appears in the picture belongs in the alternative text.

A first attempt for the harbour photograph: “Two fishing boats tied side by side; a dog asleep on the nearer one.”`,
  },
];
