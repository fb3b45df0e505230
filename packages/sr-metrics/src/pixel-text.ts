/** A few words in pixels: small enough for a legend, and the same on every machine. */

/** Five rows of three pixels a character, a digit a row: 4, 2 and 1 are the left, middle and right pixel. */
const glyphs: ReadonlyMap<string, string> = new Map(
  `0=75557 1=26227 2=71747 3=71717 4=55711 5=74717 6=74757 7=71122 8=75757 9=75717 .=00002 -=00700 +=02720
   a=25755 b=65656 c=74447 d=65556 e=74647 f=74644 g=74557 h=55755 i=72227 j=11157 k=55655 l=44447 m=57755
   n=65555 o=75557 p=75744 q=75571 r=75655 s=34716 t=72222 u=55557 v=55552 w=55775 x=55255 y=55222 z=71247`
    .split(/\s+/)
    .map(entry => [entry[0]!, entry.slice(2)]),
);

const COLUMNS = 3;
const ROWS = 5;

/** Pixels of the screen that one of a character takes along each side. */
const SCALE = 2;

export const textHeight: number = ROWS * SCALE;

/** With a column between characters. */
export function textWidth(text: string): number {
  return text.length === 0 ? 0 : ((COLUMNS + 1) * text.length - 1) * SCALE;
}

/** Calls `plot` for each pixel of a text whose upper left corner is 0, 0; unknown characters are left blank. */
export function drawText(text: string, plot: (x: number, y: number) => void): void {
  for (const [i, character] of [...text.toLowerCase()].entries()) {
    const glyph = glyphs.get(character) ?? '00000';
    for (let y = 0; y < textHeight; y++) {
      const row = Number(glyph[Math.floor(y / SCALE)]);
      for (let x = 0; x < COLUMNS * SCALE; x++) {
        const isSet = (row >> (COLUMNS - 1 - Math.floor(x / SCALE))) & 1;
        if (isSet) plot(i * (COLUMNS + 1) * SCALE + x, y);
      }
    }
  }
}
