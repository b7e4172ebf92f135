import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../../..')

/** In layer order: each package imports only packages before it. */
export const packages = ['core', 'nodes', 'connectors', 'runtime', 'server', 'editor']

/** Folder of the programs that the scripts fetch; runs and clones share it. */
export const cacheDirectory = process.env.TENON_CACHE_DIR ?? join(homedir(), '.cache', 'tenon')
