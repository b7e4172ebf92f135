// Fails when package-lock.json lacks an optional package of any platform, since `npm ci` then fails on all of them.
// `node scripts/gates/lockfile.mjs FOLDER` checks another tree.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { checkLockfile } from './lib/check-lockfile.mjs'
import { report } from './lib/sources.mjs'

const root = resolve(process.argv[2] ?? join(import.meta.dirname, '../..'))
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))

report('lockfile', checkLockfile(lock), `${Object.keys(lock.packages).length} packages for every platform`)
