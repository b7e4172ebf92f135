// The conformance package names an export of `fs` that Node 20 does not have, for a command that is not used here.
import * as fs from 'node:fs'
import { register } from 'node:module'

const source = 'export * from "node:fs"; export const globSync = () => { throw new Error("Needs Node 22") }'
const hooks = `export async function resolve(name, context, next) {
  const isOurs = (name === 'fs' || name === 'node:fs') && context.parentURL?.includes('/conformance/dist/')
  return isOurs ? { url: ${JSON.stringify(`data:text/javascript,${encodeURIComponent(source)}`)}, shortCircuit: true } : next(name, context)
}`
if (!('globSync' in fs)) register(`data:text/javascript,${encodeURIComponent(hooks)}`, import.meta.url)
