import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { ENGLISH_TEXTS } from '../../test/fixtures/english-texts.ts'
import {
  enCalls,
  enConnections,
  enData,
  enDataTables,
  enDocuments,
  enEngine,
  enExtract,
  enFiles,
  enHandlers,
  enMigration,
  enModels,
  enParked,
  enPolicy,
  enQueue,
  enRerun,
  enRollouts,
  enRuns,
  enStarter,
  enSubWorkflows,
  enTools,
  enTriggers,
  enWaits,
  enWebhooks,
} from './en/index.ts'

const SOURCES = join(import.meta.dirname, '..')

/** Code of the editor by file, without its texts and tests. */
function readCode(): ReadonlyMap<string, string> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  const isCode = (file: string) => /\.tsx?$/.test(file) && !file.includes('.test.') && !file.startsWith('messages/en')
  return new Map(files.filter(isCode).map((file) => [file, readFileSync(join(SOURCES, file), 'utf8')]))
}

/** Files that are loaded together with a file, except for types. */
function importsOf(file: string, code: string): readonly string[] {
  const imports = code.matchAll(/^(?:import|export) (?!type )[^'"`;]*from '(\.[^']+)'/gm)
  return [...imports].map(([, path = '']) => join(dirname(file), path))
}

/** Keys that the code composes, such as `runs.status.${status}`, as patterns. */
function composedKeys(code: string): readonly RegExp[] {
  const templates = code.matchAll(/`([a-z]+\.(?:[\w.-]|\$\{[^`{}]*\})*)`/g)
  return [...templates].flatMap(([, template = '']) =>
    template.includes('${') ? [new RegExp(`^${template.replaceAll(/\$\{[^}]*\}/g, '[\\w.-]+')}$`)] : [],
  )
}

test('every text is used, by its key or by a key that the code composes', () => {
  const code = [...readCode().values()].join('\n')
  const composed = composedKeys(code)
  const isUsed = (key: string) => code.includes(`'${key}'`) || composed.some((pattern) => pattern.test(key))
  expect(Object.keys(ENGLISH_TEXTS).filter((key) => !isUsed(key))).toEqual([])
})

test('texts of the run views are used in run views only, which load them', () => {
  const code = readCode()
  const runText = new RegExp(`'(?:${Object.keys(enRuns).join('|').replaceAll('.', '\\.')})'|\`runs\\.`)
  const isRunView = (file: string) => file.startsWith('runs/') || code.get(file)?.includes('<RunTexts>') === true
  const loaded = new Set([...code.keys()].filter((file) => !isRunView(file)))
  // A set also visits what is added meanwhile.
  for (const file of loaded) {
    for (const imported of importsOf(file, code.get(file) ?? '')) if (code.has(imported)) loaded.add(imported)
  }
  expect(loaded).toContain('runs/format/secret-label.ts')
  expect([...loaded].filter((file) => runText.test(code.get(file) ?? ''))).toEqual([])
})

const LATER_TABLES = [
  { tag: '<ConnectionTexts>', keys: Object.keys(enConnections) },
  { tag: '<DataTableTexts>', keys: Object.keys(enDataTables) },
  { tag: '<DataTexts>', keys: Object.keys(enData) },
  { tag: '<DocumentTexts>', keys: Object.keys(enDocuments) },
  { tag: '<FileTexts>', keys: Object.keys(enFiles) },
  { tag: '<HandlerTexts>', keys: Object.keys(enHandlers) },
  { tag: '<AddedTexts texts={enEngine}>', keys: Object.keys(enEngine) },
  { tag: '<MigrationTexts>', keys: Object.keys(enMigration) },
  { tag: '<ModelTexts>', keys: Object.keys(enModels) },
  { tag: '<ParkedTexts>', keys: Object.keys(enParked) },
  { tag: '<PolicyTexts>', keys: Object.keys(enPolicy) },
  { tag: '<AddedTexts texts={enExtract}>', keys: Object.keys(enExtract) },
  { tag: '<QueueTexts>', keys: Object.keys(enQueue) },
  { tag: '<RolloutTexts>', keys: Object.keys(enRollouts) },
  { tag: '<RerunTexts>', keys: Object.keys(enRerun) },
  { tag: '<AddedTexts texts={enStarter}>', keys: Object.keys(enStarter) },
  { tag: '<SubWorkflowTexts>', keys: Object.keys(enSubWorkflows) },
  { tag: '<ToolTexts>', keys: Object.keys(enTools) },
  { tag: '<TriggerTexts>', keys: Object.keys(enTriggers) },
  { tag: '<CallTexts>', keys: Object.keys(enCalls) },
  { tag: '<AddedTexts texts={enWaits}>', keys: Object.keys(enWaits) },
  { tag: '<AddedTexts texts={enWebhooks}>', keys: Object.keys(enWebhooks) },
]

test.each(LATER_TABLES)('texts within $tag are used only by files that have it, and by those they import', (table) => {
  const code = readCode()
  const hasTag = (file: string) => code.get(file)?.includes(table.tag) === true
  const usesText = (file: string) => {
    const text = code.get(file) ?? ''
    // A key composed of its view, such as `runs.${command}.failed`, is one of the table around.
    const composed = composedKeys(text).filter(({ source }) => /^\^\w+\.\w+\./.test(source))
    return table.keys.some((key) => text.includes(`'${key}'`) || composed.some((pattern) => pattern.test(key)))
  }
  const using = [...code.keys()].filter(usesText)
  expect(using).not.toEqual([])
  const users = using.filter((file) => !hasTag(file))
  const isInside = (file: string) => hasTag(file) || users.includes(file)
  const importers = [...code.keys()].filter((file) =>
    importsOf(file, code.get(file) ?? '').some((path) => users.includes(path)),
  )
  expect(importers.filter((file) => !isInside(file))).toEqual([])
})
