import { ERROR_TABLE } from '@tenon/core/errors'
import { describe, expect, test } from 'vitest'
import { ENGLISH_TEXTS } from '../../test/fixtures/english-texts.ts'

/** Texts that are put into a sentence or after a number, so they begin in lower case. */
const PARTS =
  /^(unit|runs\.unit|schema\.type|syntax|reference\.gone|runs\.approval\.(anyEditor|anyRole|people|or)|runs\.log\.short|runs\.attempt(Of|s)?$|runs\.allPorts|runs\.namedPort|ui\.required|schema\.(required|newField)|control\.example|input\.anyType|(topbar|runs\.header)\.version|runs\.(timeline\.startedAt|inspector\.answerEmpty)|versions\.publishedBy|runs\.wait\.until|connections\.account|triggers\.(yourTime|schedule\.late))/
/** Texts of explanations: whole sentences. */
const SENTENCES = /(Text|Help|Why|Remedy)$/
/** Names of parts, actions and states. */
const LABELS =
  /^(action|category|runs\.(status|node|fact|segment|attemptHow)|topbar|control\.type|policy\.\w+Choice)\.|(^|\.)(label|title)$|Title$/

const texts = Object.entries(ENGLISH_TEXTS)
const offenders = (isOffender: (text: string, key: string) => boolean) =>
  texts.filter(([key, text]) => isOffender(text, key)).map(([key, text]) => `${key}: ${text}`)

/** Returns the words of a message, without its placeholders and the alternatives of a plural. */
const wordsOf = (text: string) => text.replaceAll(/\{[^{}]*\}/g, '')

describe('the texts of the editor', () => {
  test('begin with a capital letter unless they are part of a sentence', () => {
    expect(offenders((text, key) => /^[a-z]/.test(text) && !PARTS.test(key))).toEqual([])
  })

  test('end with a full stop if they explain something, and without one if they name something', () => {
    expect(offenders((text, key) => SENTENCES.test(key) && !/[.?…}]$/.test(text))).toEqual([])
    expect(
      offenders((text, key) => LABELS.test(key) && !/(Empty|Text|Help|Why|Remedy)$/.test(key) && /\.$/.test(text)),
    ).toEqual([])
    expect(offenders((text) => /[a-z]\. [A-Z]/.test(text) && !/[.?)}]$/.test(text))).toEqual([])
  })

  test('use the forms of messages that are filled in', () => {
    expect(
      offenders((text) => /\{\s*\w+\s*,\s*(number|date|time|duration|ordinal|selectordinal|spellout)\b/.test(text)),
    ).toEqual([])
  })

  test('have straight quotes in pairs, and one character for an ellipsis', () => {
    expect(offenders((text) => /[“”‘’«»]/.test(text) || text.includes('...'))).toEqual([])
    expect(offenders((text) => (text.match(/"/g) ?? []).length % 2 === 1)).toEqual([])
  })

  test('name things as the screen does', () => {
    const internal = /\b(lhs|rhs|params?|node runs?|ids?|pointers?|undefined|null|endpoint|payload)\b/
    expect(offenders((text) => internal.test(wordsOf(text)))).toEqual([])
  })
})

test('each remedy of an error is one or two sentences', () => {
  const remedies = Object.entries(ERROR_TABLE).map(([code, { remedy }]) => `${code}: ${remedy}`)
  expect(remedies.filter((line) => !/^[A-Z_]+: [A-Z].*\.$/.test(line))).toEqual([])
  expect(remedies.filter((line) => /[“”‘’]|\.\.\./.test(line))).toEqual([])
})
