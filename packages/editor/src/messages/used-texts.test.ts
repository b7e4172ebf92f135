import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { en } from './en/index.ts'

const SOURCES = join(import.meta.dirname, '..')

/** Code of the editor, without its texts and tests. */
function readCode(): string {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  const isCode = (file: string) => /\.tsx?$/.test(file) && !file.includes('.test.') && !file.startsWith('messages/en')
  return files
    .filter(isCode)
    .map((file) => readFileSync(join(SOURCES, file), 'utf8'))
    .join('\n')
}

/** Keys that the code composes, such as `runs.status.${status}`, as patterns. */
function composedKeys(code: string): readonly RegExp[] {
  const templates = code.matchAll(/`([a-z]+\.(?:[\w.-]|\$\{[^`{}]*\})*)`/g)
  return [...templates].flatMap(([, template = '']) =>
    template.includes('${') ? [new RegExp(`^${template.replaceAll(/\$\{[^}]*\}/g, '[\\w.-]+')}$`)] : [],
  )
}

test('every text is used, by its key or by a key that the code composes', () => {
  const code = readCode()
  const composed = composedKeys(code)
  const isUsed = (key: string) => code.includes(`'${key}'`) || composed.some((pattern) => pattern.test(key))
  expect(Object.keys(en).filter((key) => !isUsed(key))).toEqual([])
})
