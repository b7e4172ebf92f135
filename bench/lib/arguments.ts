/** Options of the command line. */
export type Order =
  | {
      readonly kind: 'measure'
      readonly ids: readonly string[]
      /** Form of standard output. */
      readonly format: 'table' | 'json'
      /** Path without extension of a report to write: `.json` as it is, in `.md` the table between its marks. */
      readonly report: string | null
    }
  | { readonly kind: 'refused'; readonly reason: string }

const USAGE = 'npm run bench -- [NAME …] [--json] [--report PATH]'

/**
 * Reads the command line.
 *
 * @param args - Names, each a row's id or the beginning of some, and flags.
 * @param known - The ids of all rows, in their order.
 */
export function readArguments(args: readonly string[], known: readonly string[]): Order {
  const names: string[] = []
  let format: 'table' | 'json' = 'table'
  let report: string | null = null
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? ''
    if (word === '--json') format = 'json'
    else if (word === '--report') {
      at += 1
      report = args[at] ?? null
      if (report === null) return refuse('--report needs a path', known)
    } else if (word.startsWith('-')) return refuse(`There is no flag ${word}`, known)
    else names.push(word)
  }
  const unknown = names.find((name) => !known.some((id) => id.startsWith(name)))
  if (unknown !== undefined) return refuse(`There is no row "${unknown}"`, known)
  const exact = (id: string) => names.includes(id)
  // An id that is the beginning of another one means itself alone.
  const isMeant = (id: string) => exact(id) || names.some((name) => !known.includes(name) && id.startsWith(name))
  const ids = names.length === 0 ? known : known.filter(isMeant)
  return { kind: 'measure', ids, format, report }
}

function refuse(problem: string, known: readonly string[]): Order {
  return { kind: 'refused', reason: `${problem}.\nRows: ${known.join(', ')}\nUsage: ${USAGE}` }
}
