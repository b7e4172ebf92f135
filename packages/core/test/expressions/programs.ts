import { EXPRESSION_FUNCTIONS } from '../../src/expression/functions/index.ts'
import { CONDITION_OPERATORS } from '../../src/expression/functions/list.ts'
import type { FunctionParameter, ValueKind } from '../../src/expression/functions/signature.ts'
import { PATHS } from './fuzz-scope.ts'
import type { Random } from './random.ts'

const TEXTS = [
  ...[
    '""',
    '"a"',
    "'b'",
    '"T-123"',
    '"\\u00e9\\n"',
    '"😀"',
    '"a.b"',
    '"?.note"',
    '"status"',
    '"amount"',
    '"__proto__"',
  ],
  ...[
    '"(a+)+$"',
    '"(a|a)*b"',
    '"[a-z]{1,50}"',
    '"\\\\d+"',
    '"("',
    '"2026-02-30"',
    '"2026-02-28"',
    '"yyyy-MM-dd"',
    '"open"',
  ],
  ...['"constructor"', '"{\\"a\\":[1]}"', '"[[[["', '"%41%"', '"}}"', '"{{"', '"days"', '"month"', '"1e5"', '"$1$2$$"'],
]
const NUMBERS = ['0', '1', '2', '3', '7', '10', '0.5', '1e15', '9007199254740991', '100000', '1e-7', '16', '64', '250']
const BINARY = ['+', '-', '*', '/', '%', '==', '!=', '<', '>', '<=', '>=', 'in', '&&', '||', '??']
const TAILS = ['.a', '.0', '[0]', '["a"]', '?.b', '?.[1]', '.rows', '[index]', '["odd key"]', '?.["x"]', '.__proto__']
const NAMES = EXPRESSION_FUNCTIONS.map(({ name }) => name)
const KINDS: Readonly<Record<ValueKind, readonly string[]>> = {
  null: ['input.nothing', 'null'],
  boolean: ['true', 'false', 'input.yes', 'input.no'],
  number: ['input.number', 'input.fraction', 'index', 'input.huge', 'length(input.rows)'],
  text: ['input.text', 'input.big', 'input.same', 'input.lone', 'input.date', 'input.json', 'input.base64', 'now()'],
  list: ['input.rows', 'input.numbers', 'input.texts', 'input.mixed', 'range(0, 900)', 'input.rows.0.tags'],
  object: ['input', 'input.object', 'input.wide', 'input.hidden', 'input.rows.0', 'vars', 'input.deep'],
}
const PARAMETER_KINDS = Object.keys(KINDS) as ValueKind[]

/** A program of the language as text; most are well formed, many fit the types, some fit nothing. */
export function randomProgram(random: Random): string {
  const { below, chance, pick } = random

  const leaf = (): string => {
    const choice = below(10)
    if (choice < 4) return pick(PATHS)
    if (choice < 6) return pick(NUMBERS)
    if (choice < 8) return pick(TEXTS)
    return pick(KINDS[pick(PARAMETER_KINDS)])
  }

  const ofKind = (kind: ValueKind, depth: number): string => {
    if (depth <= 0 || chance(0.6)) {
      if (kind === 'text' && chance(0.6)) return pick(TEXTS)
      if (kind === 'number' && chance(0.6)) return pick(NUMBERS)
      return pick(KINDS[kind])
    }
    return expression(depth)
  }

  const argument = ({ type, values }: FunctionParameter, depth: number): string => {
    if (chance(0.05)) return expression(depth)
    if (values !== undefined && chance(0.9)) return JSON.stringify(pick(values))
    const kinds = type === 'any' ? PARAMETER_KINDS : typeof type === 'string' ? [type] : type
    return ofKind(pick(kinds), depth)
  }

  const call = (depth: number): string => {
    if (chance(0.02)) return `${pick(['lenght', 'toString', 'constructor', 'hasOwnProperty'])}(${expression(depth)})`
    const signature = EXPRESSION_FUNCTIONS[below(NAMES.length)]
    const args: string[] = []
    for (const parameter of signature?.parameters ?? []) {
      if (parameter.optional && chance(0.5)) break
      const times = parameter.rest ? below(4) : 1
      for (let time = 0; time < times; time += 1) args.push(argument(parameter, depth - 1))
    }
    if (chance(0.03)) args.push(expression(depth - 1))
    return `${signature?.name}(${args.join(pick([',', ', ']))})`
  }

  const condition = (depth: number) =>
    `${pick(['filter', 'find', 'some', 'every', 'count'])}(${pick(KINDS.list)}, ${pick(['"amount"', '"status"', '"?.note"', '""', '"tags.2"'])}, ${JSON.stringify(pick(CONDITION_OPERATORS))}, ${expression(depth)})`

  const expression = (depth: number): string => {
    if (depth <= 0) return leaf()
    switch (below(13)) {
      case 0:
        return leaf()
      case 1:
      case 2:
        return `${expression(depth - 1)} ${pick(BINARY)} ${expression(depth - 1)}`
      case 3:
        return `(${expression(depth - 1)})`
      case 4:
        return pick(['!', '-', '--', '!!']) + expression(depth - 1)
      case 5:
        return `${expression(depth - 1)} ? ${expression(depth - 1)} : ${expression(depth - 1)}`
      case 6:
        return `[${Array.from({ length: below(4) }, () => expression(depth - 1)).join(', ')}]`
      case 7:
        return `{ ${pick(['a', 'b', '"x y"', 'true', '"__proto__"'])}: ${expression(depth - 1)}, c: ${expression(depth - 1)} }`
      case 8:
        return leaf() + Array.from({ length: 1 + below(3) }, () => pick(TAILS)).join('')
      case 9:
        return condition(depth - 1)
      default:
        return call(depth - 1)
    }
  }

  const one = () => `{{${pick(['', ' '])}${expression(1 + below(5))}${pick(['', ' '])}}}`
  const choice = below(30)
  if (choice < 22) return one()
  if (choice < 29) return `${pick(['Hello ', '', '{', 'a }} b'])}${one()}${pick(['', '!', '}', ' {'])}${one()}`
  return adversarial(random)
}

/** Shapes that grow: long chains, deep nesting, wide lists, repeated growth. */
function adversarial({ below, pick }: Random): string {
  const times = 1 + below(80)
  const many = 1 + below(1_200)
  const inner = pick(['input.big', 'input.same', '"x"', 'input.rows', 'input', 'input.numbers'])
  const shapes = [
    () => `${'('.repeat(times)}1${')'.repeat(times)}`,
    () => `${'['.repeat(times)}${inner}${']'.repeat(times)}`,
    () => `${'!'.repeat(times)}true`,
    () => `${'-'.repeat(times)}1`,
    () => `input${'.a'.repeat(many)}`,
    () => Array.from({ length: many }, () => pick(['1', '"a"', 'input.fraction'])).join(pick([' + ', '*', '??'])),
    () => `[${Array.from({ length: many }, () => inner).join(',')}]`,
    () => `toJson([${Array.from({ length: times }, () => inner).join(',')}])`,
    () => `${'replace('.repeat(times)}"aaaa"${', "a", "aaaa")'.repeat(times)}`,
    () => `repeat(${'repeat('.repeat(times % 20)}"ab"${', 9)'.repeat(times % 20)}, 9)`,
    () => `padStart("x", ${many}000, ${inner})`,
    () => `join(split(${inner}, ""), ${pick(TEXTS)})`,
    () => `${'split(join('.repeat(times % 9)}["a"]${'), "a")'.repeat(times % 9)}`,
    () => `${'concat('.repeat(times % 20)}input.numbers${', input.numbers)'.repeat(times % 20)}`,
    () => `matches(${inner}, ${pick(['"(a*)*b"', '"(a|aa)+$"', '"(?:a?){50}a{50}"', '"a.*z|a"', '"(.*)(.*)(.*)x"'])})`,
    () => `extractAll(${inner}, ${pick(['"a.*z|a"', '"(?:a?){100}b|a"', '"a|b|c"', '""', '"[^z]*z|."'])})`,
    () =>
      `replacePattern(${inner}, ${pick(['"a"', '"(a+)"', '"."', '"x*"'])}, ${pick(['"$0$0$0$0"', '"$1$1"', '""'])})`,
    () => `parseJson("${'['.repeat(many)}${']'.repeat(many)}")`,
    () => `sort(${inner}${pick(['', ', "amount"', ', "id", "descending"'])})`,
    () => `unique(${inner}) == unique(${inner})`,
    () => `{${Array.from({ length: many }, (_none, at) => `k${at}: ${inner}`).join(',')}}`,
    () => `${'true ? '.repeat(times)}1${' : 2'.repeat(times)}`,
    () => `contains(${inner}, "b" + substring(input.same, 0, ${many}))`,
    () => `${'merge('.repeat(times % 30)}input.wide${', input.wide)'.repeat(times % 30)}`,
  ]
  return `{{ ${pick(shapes)()} }}`
}
