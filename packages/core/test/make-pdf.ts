const WIDTH = 612
const HEIGHT = 792
const LEFT = 72
const SIZE = 14
const LEADING = 28
/** About the width of a character. */
const CHARACTER = 6.6

/** Makes a PDF of a page for each list of lines, in ASCII alone so that tests can read it back. */
export function makePdf(pages: readonly (readonly string[])[]): string {
  const count = pages.length
  const kids = pages.map((_, index) => `${4 + index * 2} 0 R`).join(' ')
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${count} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages.flatMap((lines, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents ${5 + index * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
      streamOf(lines),
    ]),
  ]
  let text = '%PDF-1.4\n'
  const offsets = objects.map((object, index) => {
    const offset = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const size = objects.length + 1
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`
  return `${text}xref\n0 ${size}\n0000000000 65535 f \n${rows}${trailer}`
}

function streamOf(lines: readonly string[]): string {
  const shown = lines.map((line, index) => `1 0 0 1 ${LEFT} ${baselineOf(index)} Tm (${escaped(line)}) Tj`)
  const content = `BT\n/F1 ${SIZE} Tf\n${shown.join('\n')}\nET`
  return `<< /Length ${content.length} >>\nstream\n${content}\nendstream`
}

/** Returns the blocks that Textract would find in a document of {@link makePdf}. */
export function textractOf(pdf: string): readonly object[] {
  return pagesOf(pdf).flatMap((lines, index) => [
    { Id: `p${index}`, BlockType: 'PAGE', Page: index + 1, Confidence: 99, Geometry: geometryOf(WHOLE) },
    ...lines.map((text, row) => ({
      ...{ Id: `p${index}l${row}`, BlockType: 'LINE', Page: index + 1, Confidence: 98.5, Text: text },
      Geometry: geometryOf(boxOf(row, text)),
    })),
  ])
}

/** Returns the lines of each page of a document of {@link makePdf}. */
export function pagesOf(pdf: string): readonly (readonly string[])[] {
  return [...pdf.matchAll(/stream\n([\s\S]*?)\nendstream/g)].map(([, content = '']) =>
    [...content.matchAll(/\(((?:\\.|[^\\)])*)\) Tj/g)].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1')),
  )
}

const WHOLE = { left: 0, top: 0, width: 1, height: 1 }

/** Returns the box of a text of a line, as parts of the page. @param from - Characters before the text. */
export function boxOf(row: number, text: string, from = 0) {
  const top = 1 - (baselineOf(row) + SIZE) / HEIGHT
  return {
    left: (LEFT + from * CHARACTER) / WIDTH,
    top,
    width: (text.length * CHARACTER) / WIDTH,
    height: (SIZE * 1.3) / HEIGHT,
  }
}

function geometryOf({ left, top, width, height }: typeof WHOLE) {
  return { BoundingBox: { Left: left, Top: top, Width: width, Height: height } }
}

function baselineOf(index: number): number {
  return HEIGHT - LEFT - SIZE - index * LEADING
}

function escaped(text: string): string {
  return text.replaceAll(/[\\()]/g, '\\$&')
}
