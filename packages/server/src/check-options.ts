import { RATE_CLASSES } from '@tenon/core/api'
import {
  aFunction,
  amount,
  anObjectWith,
  atLeastOne,
  checkOptions,
  flag,
  httpUrl,
  integerFrom,
  isOptionObject,
  listOf,
  type OptionCheck,
  type OptionChecks,
  objectOf,
  optional,
  optionFault,
  shownOption,
  text,
  timerMs,
} from '@tenon/core/options'
import { FORM_COLOR } from './forms/form-options.ts'

/** Requires an http or https URL without a path, which would be ignored. */
const httpOrigin: OptionCheck = (value, field) => {
  const faults = httpUrl(value, field)
  if (faults.length > 0 || typeof value !== 'string') return faults
  const { pathname, search, hash, origin } = new URL(value)
  return pathname === '/' && search === '' && hash === ''
    ? []
    : optionFault(
        field,
        `${field} must be an origin, such as "${origin}", without a path: the path of the API is basePath (got ${shownOption(value)})`,
      )
}

const basePath: OptionCheck = (value, field) =>
  typeof value === 'string' && !/[?#\s]/.test(value) && !URL.canParse(value)
    ? []
    : optionFault(field, `${field} must be a path such as "/automation" (got ${shownOption(value)})`)

const database: OptionCheck = (value, field) => {
  if (!isOptionObject(value)) {
    return optionFault(
      field,
      'database is missing: pass { pool: new pg.Pool(...) } or { pglite: await openPGlite(...) }',
    )
  }
  if (value.pool === undefined && value.pglite === undefined) {
    return optionFault(field, 'database needs { pool: new pg.Pool(...) } or { pglite: await openPGlite(...) }')
  }
  return objectOf(DATABASE_CHECKS)(value, field)
}

const eventType: OptionCheck = objectOf({
  type: text,
  title: optional(text),
  description: optional(text),
  schema: optional((value, field) =>
    isOptionObject(value) ? [] : optionFault(field, `${field} must be a JSON Schema (got ${shownOption(value)})`),
  ),
  example: () => [],
})

const DATABASE_CHECKS: OptionChecks = {
  pool: optional((value, field) =>
    anObjectWith(['connect', 'end'], `${field} must be a pg.Pool (got ${shownOption(value)})`)(value, field),
  ),
  pglite: optional(
    anObjectWith(['query', 'exec', 'transaction'], 'database.pglite must be a PGlite: await openPGlite(...)'),
  ),
  schema: optional(text),
  appRole: optional(text),
  statementTimeoutMs: optional(timerMs),
  appendTimeoutMs: optional(timerMs),
  maxTenantConnections: optional(integerFrom(2)),
  preparedStatements: optional(flag),
  endOnClose: optional(flag),
}

const engine = aFunction('engine must be embeddedEngine() or temporalEngine({ ... })')

const nodes: OptionCheck = (value, field) => {
  if (!Array.isArray(value)) return optionFault(field, `${field} must be a list: nodes: createBuiltInNodes({ ... })`)
  return value.flatMap((item: unknown, index) =>
    isOptionObject(item) && isOptionObject(item.definition)
      ? []
      : optionFault(
          `${field}.${index}`,
          `${field}.${index} must be a node implementation: use implementNode(definition, run)`,
        ),
  )
}

const rate: OptionCheck = (value, field) =>
  isOptionObject(value)
    ? objectOf({ perSecond: amount, burst: amount })(value, field)
    : optionFault(field, `${field} must be { perSecond, burst } (got ${shownOption(value)})`)

const rates: OptionCheck = (value, field) =>
  value === false
    ? []
    : objectOf(Object.fromEntries([...RATE_CLASSES, 'validation'].map((name) => [name, optional(rate)])))(value, field)

const limits = objectOf({
  rates: optional(rates),
  rateLimiter: optional(aFunction('limits.rateLimiter must be a function (settings) that returns a limiter')),
  requestsPerTenant: optional(atLeastOne),
  waitingPerTenant: optional(amount),
  bodiesPerTenant: optional(atLeastOne),
  uploadsPerTenant: optional(atLeastOne),
  heldPerTenant: optional(atLeastOne),
  connectionsPerTenant: optional(amount),
  connectionsPerUser: optional(amount),
  openDraftsPerTenant: optional(amount),
  workflowsPerTenant: optional(amount),
  secretsPerTenant: optional(amount),
})

const secretManager: OptionCheck = (value, field) => {
  if (!isOptionObject(value) || typeof value.read !== 'function') {
    return optionFault(field, `${field} must be { title, read(request) } (got ${shownOption(value)})`)
  }
  const { title, cacheMs } = value
  if (typeof title !== 'string' || title.trim() === '' || title.length > 60) {
    return optionFault(`${field}.title`, `${field}.title must have 1 to 60 characters (got ${shownOption(title)})`)
  }
  if (cacheMs === undefined || (typeof cacheMs === 'number' && cacheMs >= 0 && cacheMs <= 300_000)) return []
  return optionFault(`${field}.cacheMs`, `${field}.cacheMs must be 0 to 300,000 (got ${shownOption(cacheMs)})`)
}

const WORKER_CHECKS: OptionChecks = {
  database,
  engine,
  nodes,
  runLimits: optional(aFunction('runLimits must be a function (tenantId) that returns { inProgress, queued, rate }')),
  dataLimits: optional(aFunction('dataLimits must be a function (tenantId) that returns { payloadBytes, openWaits }')),
  payloadStore: optional(
    anObjectWith(
      ['put', 'get', 'delete', 'list'],
      'payloadStore must be a PayloadStore, such as s3PayloadStore({ ... })',
    ),
  ),
  files: optional(
    objectOf({
      limitsOf: optional(
        aFunction('files.limitsOf must be a function (tenantId) that returns { maxBytes, totalBytes, types }'),
      ),
      scan: optional(aFunction('files.scan must be a function (file, abortSignal) that checks the content')),
    }),
  ),
  dataTableLimits: optional(
    aFunction('dataTableLimits must be a function (tenantId) that returns { tables, rowsPerTable, bytesPerTable }'),
  ),
  modelBudgets: optional(
    aFunction('modelBudgets must be a function ({ tenantId, workflowId }) that returns { run, tenantMonth, … }'),
  ),
  retention: optional(aFunction('retention must be a function (tenantId) that returns { runsDays, auditDays }')),
  bus: optional(anObjectWith(['publish', 'subscribe', 'close'], 'bus must be a Bus, such as postgresBus({ ... })')),
  log: optional(aFunction('log must be a function (level, message, fields)')),
  keyProvider: optional(anObjectWith(['wrapKey', 'unwrapKey'], 'keyProvider must have wrapKey and unwrapKey')),
  secretManager: optional(secretManager),
  resolveConnection: optional(
    aFunction('resolveConnection must be a function (request) that returns { secrets }, { reconnect } or null'),
  ),
  connectors: optional((value, field) =>
    Array.isArray(value) && value.every((item) => isOptionObject(item) && typeof item.id === 'string')
      ? []
      : optionFault(field, `${field} must be a list of connectors: connectors: [defineConnector({ ... })]`),
  ),
  egress: optional(objectOf({ allow: optional(listOf(text, 'addresses')) })),
}

const SERVER_CHECKS: OptionChecks = {
  ...WORKER_CHECKS,
  authenticate: aFunction('authenticate is missing: pass a function that returns the identity of the caller, or null'),
  publicUrl: httpOrigin,
  allowedOrigins: optional(listOf(httpOrigin, 'origins')),
  basePath: optional(basePath),
  bodyTimeoutMs: optional(timerMs),
  socketLifetimeMs: optional(timerMs),
  identityCheckMs: optional(timerMs),
  requireWorkers: optional(flag),
  background: optional(flag),
  onEvent: optional(aFunction('onEvent must be a function (event) that returns a promise or nothing')),
  forms: optional(
    objectOf({
      name: optional(text),
      color: optional((value, field) =>
        typeof value === 'string' && FORM_COLOR.test(value)
          ? []
          : optionFault(field, `${field} must be a color such as "#2563eb" (got ${shownOption(value)})`),
      ),
      logoUrl: optional(httpUrl),
    }),
  ),
  events: optional(
    objectOf({
      types: optional(listOf(eventType, 'types of events, each with its type')),
      undeclared: optional((value, field) =>
        value === 'allow' || value === 'refuse'
          ? []
          : optionFault(field, `${field} must be "allow" or "refuse" (got ${shownOption(value)})`),
      ),
    }),
  ),
  limits: optional(limits),
  lookUpIdentity: optional(aFunction('lookUpIdentity must be a function')),
  members: optional(anObjectWith(['search', 'lookUp'], 'members must have the functions search and lookUp')),
}

/**
 * Checks the options of a server, all at once.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` with each field and its remedy in `details.issues`.
 */
export function checkServerOptions(options: unknown): void {
  checkOptions('createWorkflowServer', options, SERVER_CHECKS)
}

/**
 * Checks the options of a worker. Those for HTTP but the address are accepted and ignored, so that both can be given the
 * same object.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID`.
 */
export function checkWorkerOptions(options: unknown): void {
  const ignored = Object.keys(SERVER_CHECKS).filter((name) => !Object.hasOwn(WORKER_CHECKS, name))
  const ignoring = Object.fromEntries(ignored.map((name) => [name, (): readonly [] => []]))
  const address = { publicUrl: optional(httpOrigin), basePath: optional(basePath) }
  checkOptions('createWorker', options, { ...ignoring, ...WORKER_CHECKS, ...address })
}
