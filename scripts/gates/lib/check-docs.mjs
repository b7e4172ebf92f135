/**
 * The `ts` and `tsx` blocks of a Markdown text. A block whose fence says `ts ignore-check` does not exist: every block
 * must compile, so that what people copy works.
 *
 * @param {string} text
 * @returns {{ language: 'ts' | 'tsx', line: number, code: string }[]}
 */
export function codeBlocks(text) {
  const blocks = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const open = /^```(tsx?)\s*$/.exec(lines[at] ?? '')
    if (open === null) continue
    const start = at + 1
    while (at + 1 < lines.length && lines[at + 1] !== '```') at += 1
    const language = /** @type {'ts' | 'tsx'} */ (open[1])
    blocks.push({ language, line: start + 1, code: lines.slice(start, at + 1).join('\n') })
  }
  return blocks
}
