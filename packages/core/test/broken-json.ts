import fc from 'fast-check'
import type { Json } from '../src/json.ts'

type Path = readonly (string | number)[]

function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const entries: [string | number, Json][] = Array.isArray(value)
    ? [...(value as readonly Json[]).entries()]
    : (Object.entries(value) as [string, Json][])
  return [path, ...entries.flatMap(([key, member]) => pathsOf(member, [...path, key]))]
}

function withAt(value: Json, path: Path, change: (found: Json) => Json | undefined): Json {
  const [key, ...rest] = path
  if (key === undefined) return change(value) ?? null
  if (Array.isArray(value)) {
    return (value as readonly Json[]).flatMap((item, at) => {
      if (at !== key) return [item]
      const changed = rest.length === 0 ? change(item) : withAt(item, rest, change)
      return changed === undefined ? [] : [changed]
    })
  }
  return Object.fromEntries(
    (Object.entries(value as Record<string, Json>) as [string, Json][]).flatMap(([name, member]) => {
      if (name !== key) return [[name, member]]
      const changed = rest.length === 0 ? change(member) : withAt(member, rest, change)
      return changed === undefined ? [] : [[name, changed]]
    }),
  )
}

const long = (length: number) => 'x'.repeat(length)
/** Values at and beyond the limits of the grammar, and of wrong types. */
const ODD_VALUES: readonly Json[] = [
  null,
  true,
  0,
  -0,
  0.5,
  -1,
  1e6,
  1e6 + 1,
  1e7,
  2e9,
  1e300,
  '',
  'a',
  'Set Me',
  '1s',
  '99999999999999999999d',
  'half \ud800',
  '\udc00 half',
  'with\0nul',
  'line\nbreak',
  '😀'.repeat(200),
  '😀'.repeat(201),
  long(64),
  long(65),
  long(128),
  long(129),
  long(200),
  long(201),
  long(400),
  long(20_001),
  [],
  {},
  [null],
  Array.from({ length: 101 }, () => ({ x: 0, y: 0 })),
  { count: 0 },
  { count: 1 },
  { count: 1.5 },
  { maximumAttempts: 0 },
  { maximumAttempts: 2.5 },
  { maximumAttempts: 1e6 + 1 },
  { backoffCoefficient: 0 },
  { initialInterval: 'soon' },
  { nonRetryableErrorTypes: [''] },
  JSON.parse('{"__proto__": 1}') as Json,
  { a: JSON.parse('{"__proto__": {}}') as Json },
  { [long(201)]: 1 },
  { ['😀'.repeat(200)]: 1 },
  { 'a\0b': 1 },
  { 'a\ud800': 1 },
  { Upper: 1 },
]
const ODD_KEYS = ['extra', 'id', 'Upper', 'a\0b', 'constructor', long(201), '\ud800', 'policy', 'retry', 'points', 'op']

const addKey = (key: string, value: Json) => (found: Json) =>
  typeof found === 'object' && found !== null && !Array.isArray(found) ? { ...(found as object), [key]: value } : value

/** One change of a JSON value: a part is replaced, removed, or gets a member too much. */
type Change = (found: Json) => Json | undefined

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.constantFrom(...ODD_VALUES).map(
    (value): Change =>
      () =>
        value,
  ),
  fc.constant<Change>(() => undefined),
  fc
    .tuple(fc.constantFrom(...ODD_KEYS), fc.constantFrom(...ODD_VALUES))
    .map(([key, value]): Change => addKey(key, value)),
)

/** Values with up to three random changes, so that most are broken once or several times. */
export function broken(values: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc
    .tuple(values, fc.array(fc.tuple(fc.nat(), change), { minLength: 1, maxLength: 3 }))
    .map(([value, changes]) =>
      changes.reduce((changed, [pick, act]) => {
        const paths = pathsOf(changed)
        return withAt(changed, paths[pick % paths.length] as Path, act)
      }, value),
    )
}
