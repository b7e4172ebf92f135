import type { ParamPath } from '../document/operation.ts'
import { isMissingSecret, isSecretMarker, secretParamsOf } from '../document/secret-marker.ts'
import { isHeaderName, isReservedHeader } from '../evaluate/sinks/outbound-rules.ts'
import { hasOpenHost } from '../evaluate/sinks/url-sink.ts'
import type { TemplateTable } from '../expression/template-table.ts'
import { isJsonObject, type JsonSchema } from '../json.ts'
import { holdsKnownKey, maskText } from '../mask/mask-text.ts'
import { cutText } from '../text/cut-text.ts'
import { issueFix } from './fix.ts'
import { errorIssue, type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import { schemaBelow, titleAt, titleOfText } from './param-schema.ts'
import { sinkOf } from './param-sink.ts'
import { asObject } from './schema-facts.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

function headerFix(surveyed: SurveyedNode, path: ParamPath): IssueFix {
  const name = String(path.at(-1))
  const operation = { op: 'unset_param', nodeId: surveyed.node.id, path } as const
  return issueFix('REMOVE_HEADER', { header: cutText(name, 40) }, [operation])
}

function checkHeader(surveyed: SurveyedNode, path: ParamPath, report: ReportIssue): void {
  const { node, name } = surveyed
  const header = String(path.at(-1))
  const values = { header: cutText(header, 60) }
  const at = { nodeId: node.id, path: ['params', ...path], fix: headerFix(surveyed, path), values }
  const shown = JSON.stringify(values.header)
  if (!isHeaderName(header)) {
    const message = `${name}: ${shown} cannot be the name of a header. Use letters, digits and -`
    report(errorIssue('HEADER_NAME_INVALID', message, at))
  } else if (isReservedHeader(header)) {
    report(
      errorIssue('HEADER_RESERVED', `${name}: the header ${shown} is set by the connection and cannot be changed`, at),
    )
  }
}

/** Returns the paths of objects whose members are headers. */
function headersOf({ node, entry }: SurveyedNode): ParamPath[] {
  const schema = entry?.params ?? true
  const paths: ParamPath[] = []
  for (const param of Object.keys(node.params)) {
    const value = node.params[param]
    if (!isJsonObject(value)) continue
    const ofParam = schemaBelow(schema, param)
    for (const key of Object.keys(value)) {
      if (sinkOf(schemaBelow(ofParam, key), schema, node.params) === 'header') paths.push([param, key])
    }
  }
  return paths
}

/**
 * Checks a text for a token. Sent texts are checked like logs are masked; other texts only for keys known by their
 * format.
 */
function holdsToken(text: string, isSent: boolean): boolean {
  return holdsKnownKey(text) || (isSent && maskText(text) !== text)
}

/** Returns the secret params of schemas, those of each schema listed once. */
function createSecretParams(): (schema: JsonSchema) => readonly string[] {
  const listed = new Map<JsonSchema, readonly string[]>()
  return (schema) => {
    const known = listed.get(schema) ?? secretParamsOf(schema)
    listed.set(schema, known)
    return known
  }
}

/** Returns the secret param that can hold a token. For a header, this is the param of the same name: it replaces it. */
function secretFor(schema: JsonSchema, header: string | null): string | undefined {
  const isSent = (param: string) => header === null || param.toLowerCase() === header.toLowerCase()
  return secretParamsOf(schema).find(isSent)
}

function checkTokens(surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, entry, texts } = surveyed
  const schema = entry?.params ?? true
  for (const { path, text, schema: textSchema } of texts) {
    const sink = sinkOf(textSchema, schema, node.params)
    if (!holdsToken(text, sink !== null)) continue
    const isHeader = sink === 'header' && path.length > 2
    const own = secretFor(schema, isHeader ? String(path.at(-1)) : null)
    const values = { param: titleOfText(schema, path), secret: own === undefined ? '' : titleAt(schema, [own]) }
    const message = `${name}: "${values.param}" seems to contain a token, which everyone who can see the workflow can read. ${remedyForToken(values.secret)}`
    const at = { nodeId: node.id, path, values }
    report(warningIssue('SECRET_IN_TEXT', message, isHeader ? { ...at, fix: headerFix(surveyed, path.slice(1)) } : at))
  }
}

function remedyForToken(secret: string): string {
  return secret === ''
    ? 'Use a node type with a secret field for it; if there is none, ask your administrator to add one'
    : `Set it in "${secret}" instead, where it is stored encrypted`
}

/** Reports secrets that could be sent to a host from the data of a run instead of the host in the URL. */
function checkSecretHost(
  { templates }: WorkflowSurvey,
  { node, name, entry, texts }: SurveyedNode,
  secrets: readonly string[],
  report: ReportIssue,
) {
  const schema = entry?.params ?? true
  const secret = secrets.find((param) => isSecretMarker(node.params[param]))
  if (secret === undefined) return
  for (const { path, text, schema: own, isLiteral } of texts) {
    if (isLiteral || sinkOf(own, schema, node.params) !== 'url' || !namesOpenHost(templates, text)) continue
    const values = { param: titleOfText(schema, path), secret: titleAt(schema, [secret]) }
    const message = `${name}: "${values.param}" must begin with a fixed host, since "${values.secret}" is sent to it`
    report(errorIssue('SECRET_HOST_OPEN', message, { nodeId: node.id, path, values }))
  }
}

/** Reports secrets that a copy does not have. */
function checkMissingSecrets(
  { node, name, entry }: SurveyedNode,
  secrets: readonly string[],
  report: ReportIssue,
): void {
  const schema = entry?.params ?? true
  const required = asObject(schema)?.required
  for (const param of secrets) {
    if (!isMissingSecret(node.params[param])) continue
    const title = titleAt(schema, [param])
    const message = `${name}: set "${title}" again, since secrets are not copied`
    const at = { nodeId: node.id, path: ['params', param], values: { param: title } }
    const operation = { op: 'unset_param', nodeId: node.id, path: [param] } as const
    const isRequired = Array.isArray(required) && required.includes(param)
    const fix = isRequired ? {} : { fix: issueFix('EMPTY_PARAM', { param: title }, [operation]) }
    report(errorIssue('SECRET_MISSING', message, { ...at, ...fix }))
  }
}

/** Checks whether an expression can set the host. A template with a syntax error is reported elsewhere. */
function namesOpenHost(templates: TemplateTable, text: string): boolean {
  try {
    return hasOpenHost(templates.parse(text))
  } catch {
    return false
  }
}

/** Reports invalid headers of requests, tokens in plain text, and secrets that are missing or sent to unknown hosts. */
export function checkRequests(survey: WorkflowSurvey, report: ReportIssue): void {
  const secretParams = createSecretParams()
  for (const surveyed of survey.nodes) {
    for (const path of headersOf(surveyed)) checkHeader(surveyed, path, report)
    checkTokens(surveyed, report)
    const secrets = secretParams(surveyed.entry?.params ?? true)
    checkMissingSecrets(surveyed, secrets, report)
    checkSecretHost(survey, surveyed, secrets, report)
  }
}
