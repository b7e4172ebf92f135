// Fails when a name or a text uses another word for one of our ideas. One word an idea: see ARCHITECTURE.md.
import { resolve } from 'node:path'
import { checkWords } from './lib/check-words.mjs'
import { readSources, report } from './lib/sources.mjs'

const root = resolve(import.meta.dirname, '../..')
const files = [...readSources(root, ['.ts', '.tsx', '.mjs', '.md', '.css'])].filter(
  // Released changes keep their words, and the list of the words has to name them.
  ([path]) => !path.includes('CHANGELOG') && !path.endsWith('check-words.mjs'),
)

report(
  'words',
  files.flatMap(([path, text]) => checkWords(path, text)),
  `${files.length} files use one word an idea`,
)
