import { TenonError } from '../errors/index.ts'

export type Path = readonly (string | number)[]

/** One fault of a rejected document, with its path. */
export interface Fault {
  readonly path: Path
  readonly code: 'DOCUMENT_MALFORMED'
  readonly message: string
}

/** Faults that one error reports; parsing stops after this number. */
const MOST_FAULTS = 100

/** Formats a fault as a sentence that names its path. */
export function sentenceOf({ path, message }: Pick<Fault, 'path' | 'message'>): string {
  return `${path.length === 0 ? 'The document' : path.join('.')} ${message}`
}

function refuse(issues: readonly [Fault, ...Fault[]]): never {
  throw new TenonError('DOCUMENT_MALFORMED', sentenceOf(issues[0]), { details: { path: issues[0].path, issues } })
}

/** Throws `DOCUMENT_MALFORMED` for the value at a path. */
export function malformed(path: Path, message: string): never {
  refuse([{ path, code: 'DOCUMENT_MALFORMED', message }])
}

/** Returns the faults of a refused document and rethrows every other error. @param error - Thrown by a parser. */
export function faultsOf(error: unknown): readonly [Fault, ...Fault[]] {
  if (!(error instanceof TenonError && error.code === 'DOCUMENT_MALFORMED')) throw error
  return error.details?.issues as readonly [Fault, ...Fault[]]
}

/** Parses the parts of a value so that a fault in one does not hide the faults of the others. */
export interface Gathering {
  /** Returns the parsed part; `undefined` for a fault. */
  read<Part>(parse: () => Part): Part | undefined
  /** Adds the faults that a parser threw and rethrows every other error. */
  add(error: unknown): void
  /** Throws `DOCUMENT_MALFORMED` with all faults, in the order of parsing, if there are any. */
  end(): void
}

export function gather(): Gathering {
  const faults: Fault[] = []
  function end(): void {
    const [first, ...others] = faults
    if (first !== undefined) refuse([first, ...others.slice(0, MOST_FAULTS - 1)])
  }
  function add(error: unknown): void {
    faults.push(...faultsOf(error))
    if (faults.length >= MOST_FAULTS) end()
  }
  return {
    read(parse) {
      try {
        return parse()
      } catch (error) {
        add(error)
        return undefined
      }
    },
    add,
    end,
  }
}

/** Adds a fault. The first one creates the {@link Gathering}, since most values have no fault. */
export function withFault(faults: Gathering | null, error: unknown): Gathering {
  const gathered = faults ?? gather()
  gathered.add(error)
  return gathered
}
