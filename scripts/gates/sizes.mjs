// Fails when what a host's page loads first grows past its budget. The budgets are in .size-limit.json.
import { join, resolve } from 'node:path'
import { run } from '../run/lib/process.mjs'

const root = resolve(import.meta.dirname, '../..')
await run(process.execPath, [join(root, 'node_modules/size-limit/bin.js')], { cwd: root })
