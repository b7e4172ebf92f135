import { randomProgram } from './programs.ts'
import type { Random } from './random.ts'

const PIECES = [
  ...[
    '{{',
    '}}',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '"',
    "'",
    '\\',
    '.',
    '?.',
    '??',
    '?',
    ':',
    ',',
    '!',
    '-',
    '+',
    '*',
    '/',
    '%',
  ],
  ...[
    '==',
    '!=',
    '===',
    '=',
    '<',
    '>',
    '<=',
    '>=',
    '&&',
    '||',
    '&',
    '|',
    ' in ',
    ' ',
    '\n',
    '\t',
    '\u00a0',
    'input',
    'a',
  ],
  ...[
    'true',
    'false',
    'null',
    '0',
    '1',
    '1.',
    '.5',
    '1e',
    '1e5',
    '1e400',
    '00',
    '9007199254740993',
    'filter(',
    'now()',
  ],
  ...[
    '__proto__',
    'constructor',
    '\\u',
    '\\ud800',
    '\ud800',
    '\udc00',
    '😀',
    'ß',
    '\u0000',
    '\u200d',
    '`',
    '#',
    '@',
    ';',
    '$',
    '_',
  ],
]

function soup({ below, pick, chance }: Random): string {
  const text = Array.from({ length: 1 + below(40) }, () => pick(PIECES)).join('')
  return chance(0.7) ? `{{${text}` : text
}

function noise({ below }: Random): string {
  return String.fromCharCode(...Array.from({ length: 1 + below(60) }, () => below(0x10000)))
}

function mutated(random: Random): string {
  const { below, pick, chance } = random
  let text = randomProgram(random).slice(0, 2_000)
  for (let time = 1 + below(4); time > 0; time -= 1) {
    const at = below(text.length + 1)
    const cut = chance(0.5) ? below(4) : 0
    text = text.slice(0, at) + (chance(0.7) ? pick(PIECES) : '') + text.slice(at + cut)
  }
  return text
}

/** A text that is no meaningful template: pieces in any order, characters at random, programs with slips. */
export function randomText(random: Random): string {
  const choice = random.below(10)
  if (choice < 5) return soup(random)
  return choice < 9 ? mutated(random) : noise(random)
}
