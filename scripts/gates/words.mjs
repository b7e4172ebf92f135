// Fails when a name or a text uses another word for one of our ideas. One word an idea: see ARCHITECTURE.md.
import { resolve } from 'node:path'
import { checkWords } from './lib/check-words.mjs'
import { readSources, report } from './lib/sources.mjs'

const root = resolve(import.meta.dirname, '../..')
const files = [...readSources(root, ['.ts', '.tsx', '.md', '.css'])].filter(([path]) => !path.includes('CHANGELOG'))

report(
  'words',
  files.flatMap(([path, text]) => checkWords(path, text)),
  `${files.length} files use one word an idea`,
)
