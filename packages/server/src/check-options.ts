import { RATE_CLASSES } from '@tenon/core/api'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { nearest } from '@tenon/core/expression'
import { maskText } from '@tenon/core/mask'
import { cutText } from '@tenon/core/text'

/** Fault of one option, with its remedy. */
interface Fault {
  readonly field: string
  readonly message: string
}

type Given = Readonly<Record<string, unknown>>
type Check = (value: unknown, field: string) => readonly Fault[]

const isObject = (value: unknown): value is Given => typeof value === 'object' && value !== null
const hasMethods = (value: unknown, names: readonly string[]): value is Given =>
  isObject(value) && names.every((name) => typeof value[name] === 'function')

const fault = (field: string, message: string): readonly Fault[] => [{ field, message }]
const optional =
  (check: Check): Check =>
  (value, field) =>
    value === undefined ? [] : check(value, field)

const aFunction =
  (remedy: string): Check =>
  (value, field) =>
    typeof value === 'function' ? [] : fault(field, remedy)

const methods =
  (names: readonly string[], remedy: string): Check =>
  (value, field) =>
    hasMethods(value, names) ? [] : fault(field, remedy)

/** Timers of Node go no further: a longer one would fire at once. */
const MAX_TIMER_MS = 2_147_483_647

const positive: Check = (value, field) =>
  typeof value === 'number' && value > 0 && value <= MAX_TIMER_MS
    ? []
    : fault(field, `${field} must be a number of milliseconds above 0, at most ${MAX_TIMER_MS} (got ${shown(value)})`)

const origin: Check = (value, field) =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
    ? []
    : fault(field, `${field} must be an http or https URL such as "https://app.example" (got ${shown(value)})`)

const origins: Check = (value, field) =>
  Array.isArray(value)
    ? value.flatMap((item, index) => origin(item, `${field}.${index}`))
    : fault(field, `${field} must be a list of origins`)

const texts: Check = (value, field) =>
  Array.isArray(value)
    ? value.flatMap((item, index) => text(item, `${field}.${index}`))
    : fault(field, `${field} must be a list of texts (got ${shown(value)})`)

const basePath: Check = (value, field) =>
  typeof value === 'string' && !/[?#\s]/.test(value) && !URL.canParse(value)
    ? []
    : fault(field, `${field} must be a path such as "/automation" (got ${shown(value)})`)

const database: Check = (value, field) => {
  if (!isObject(value)) {
    return fault(field, 'database is missing: pass { pool: new pg.Pool(...) } or { pglite: await openPGlite(...) }')
  }
  if (!('pool' in value || 'pglite' in value)) {
    return fault(field, 'database needs { pool: new pg.Pool(...) } or { pglite: await openPGlite(...) }')
  }
  return fields(DATABASE_CHECKS)(value, field)
}

const text: Check = (value, field) =>
  typeof value === 'string' && value !== '' ? [] : fault(field, `${field} must be a name (got ${shown(value)})`)

const flag: Check = (value, field) =>
  typeof value === 'boolean' ? [] : fault(field, `${field} must be true or false (got ${shown(value)})`)

const DATABASE_CHECKS: Readonly<Record<string, Check>> = {
  pool: (value, field) =>
    hasMethods(value, ['connect', 'end']) ? [] : fault(field, `${field} must be a pg.Pool (got ${shown(value)})`),
  pglite: methods(['query', 'exec', 'transaction'], 'database.pglite must be a PGlite: await openPGlite(...)'),
  schema: text,
  appRole: text,
  statementTimeoutMs: positive,
  appendTimeoutMs: positive,
  preparedStatements: flag,
  endOnClose: flag,
}

const engine = aFunction('engine must be embeddedEngine() or temporalEngine({ ... })')

const nodes: Check = (value, field) => {
  if (!Array.isArray(value)) return fault(field, `${field} must be a list: nodes: createBuiltInNodes({ ... })`)
  return value.flatMap((item: unknown, index) =>
    isObject(item) && isObject(item.definition)
      ? []
      : fault(
          `${field}.${index}`,
          `${field}.${index} must be a node implementation: use implementNode(definition, run)`,
        ),
  )
}

const amount: Check = (value, field) =>
  typeof value === 'number' && value >= 0
    ? []
    : fault(field, `${field} must be a number of at least 0, or Infinity (got ${shown(value)})`)

/** Checks a number that must let at least one thing through at a time. */
const atLeastOne: Check = (value, field) =>
  typeof value === 'number' && value >= 1 && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)
    ? []
    : fault(field, `${field} must be an integer of at least 1, or Infinity (got ${shown(value)})`)

/** Finds the fields that have no check: misspellings, which would be ignored. */
function unknownFields(given: Given, checks: Readonly<Record<string, Check>>, path: string): readonly Fault[] {
  const known = Object.keys(checks)
  return Object.keys(given)
    .filter((name) => !Object.hasOwn(checks, name))
    .flatMap((name) => {
      const field = `${path}${cutText(name, 60)}`
      const meant = nearest(name, known)
      const remedy = meant === null ? `use one of ${known.join(', ')}` : `did you mean ${path}${meant}?`
      return fault(field, `${field} is unknown: ${remedy}`)
    })
}

/** Checks an object whose fields are all optional. */
const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value, field) =>
    isObject(value)
      ? [
          ...Object.entries(checks).flatMap(([name, checkField]) =>
            value[name] === undefined ? [] : checkField(value[name], `${field}.${name}`),
          ),
          ...unknownFields(value, checks, `${field}.`),
        ]
      : fault(field, `${field} must be an object (got ${shown(value)})`)

const RATE_CHECKS: Readonly<Record<string, Check>> = { perSecond: amount, burst: amount }

const rate: Check = (value, field) =>
  isObject(value)
    ? [
        ...Object.entries(RATE_CHECKS).flatMap(([name, checkField]) => checkField(value[name], `${field}.${name}`)),
        ...unknownFields(value, RATE_CHECKS, `${field}.`),
      ]
    : fault(field, `${field} must be { perSecond, burst } (got ${shown(value)})`)

const rates: Check = (value, field) =>
  value === false
    ? []
    : fields(Object.fromEntries([...RATE_CLASSES, 'validation'].map((name) => [name, rate])))(value, field)

const limits = fields({
  rates,
  rateLimiter: aFunction('limits.rateLimiter must be a function (settings) that returns a limiter'),
  requestsPerTenant: atLeastOne,
  waitingPerTenant: amount,
  bodiesPerTenant: atLeastOne,
  connectionsPerTenant: amount,
  connectionsPerUser: amount,
  openDraftsPerTenant: amount,
  workflowsPerTenant: amount,
})

const WORKER_CHECKS: Readonly<Record<string, Check>> = {
  database,
  engine,
  nodes,
  bus: optional(methods(['publish', 'subscribe', 'close'], 'bus must be a Bus, such as postgresBus({ ... })')),
  log: optional(aFunction('log must be a function (level, message, fields)')),
  keyProvider: optional(methods(['wrapKey', 'unwrapKey'], 'keyProvider must have wrapKey and unwrapKey')),
  egress: optional(fields({ allow: texts })),
}

const SERVER_CHECKS: Readonly<Record<string, Check>> = {
  ...WORKER_CHECKS,
  authenticate: aFunction('authenticate is missing: pass a function that returns the identity of the caller, or null'),
  publicUrl: origin,
  allowedOrigins: optional(origins),
  basePath: optional(basePath),
  bodyTimeoutMs: optional(positive),
  socketLifetimeMs: optional(positive),
  identityCheckMs: optional(positive),
  limits: optional(limits),
  lookUpIdentity: optional(aFunction('lookUpIdentity must be a function')),
}

/**
 * Checks the options of a server, all at once.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` with each field and its remedy in `details.issues`.
 */
export function checkServerOptions(options: unknown): void {
  check('createWorkflowServer', options, SERVER_CHECKS)
}

/**
 * Checks the options of a worker. Those for HTTP are accepted and ignored, so that both can be given the same object.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID`.
 */
export function checkWorkerOptions(options: unknown): void {
  const ignored = Object.keys(SERVER_CHECKS).filter((name) => !Object.hasOwn(WORKER_CHECKS, name))
  const ignoring = Object.fromEntries(ignored.map((name) => [name, (): readonly Fault[] => []]))
  check('createWorker', options, { ...ignoring, ...WORKER_CHECKS })
}

function check(name: string, options: unknown, checks: Readonly<Record<string, Check>>): void {
  const given = isObject(options) ? options : {}
  const faults = [
    ...Object.entries(checks).flatMap(([field, checkField]) => checkField(given[field], field)),
    ...unknownFields(given, checks, ''),
  ]
  if (faults.length === 0) return
  const issues = faults.map(
    ({ field, message }): ProblemIssue => ({
      path: field.split('.'),
      code: 'invalid_option',
      message,
    }),
  )
  const remedy = faults.map(({ message }) => message).join('; ')
  throw new TenonError('OPTIONS_INVALID', `${name}: ${remedy}`, { remedy, details: { issues } })
}

/** Describes a value of the host in a few characters, without its content. */
function shown(value: unknown): string {
  if (typeof value === 'string') return maskText(JSON.stringify(cutText(value, 60)))
  if (typeof value === 'number' || value === undefined || value === null) return String(value)
  return typeof value
}
