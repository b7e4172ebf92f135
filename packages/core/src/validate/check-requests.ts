import type { ParamPath } from '../document/operation.ts'
import { isHeaderName, isReservedHeader } from '../evaluate/sinks/outbound-rules.ts'
import { isJsonObject } from '../json.ts'
import { holdsKnownKey, maskText } from '../mask/mask-text.ts'
import { cutText } from '../text/cut-text.ts'
import { errorIssue, type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import { titleAt } from './param-schema.ts'
import { paramSink } from './param-sink.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

function headerFix(surveyed: SurveyedNode, path: ParamPath): IssueFix {
  const name = String(path.at(-1))
  const operation = { op: 'unset_param', nodeId: surveyed.node.id, path } as const
  return { title: `Remove the header "${cutText(name, 40)}"`, operations: [operation] }
}

function checkHeader(surveyed: SurveyedNode, path: ParamPath, report: ReportIssue): void {
  const { node, name } = surveyed
  const header = String(path.at(-1))
  const at = { nodeId: node.id, path: ['params', ...path], fix: headerFix(surveyed, path) }
  const shown = JSON.stringify(cutText(header, 60))
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
  return Object.entries(node.params).flatMap(([param, value]) =>
    isJsonObject(value)
      ? Object.keys(value)
          .map((key) => [param, key])
          .filter((path) => paramSink(schema, node.params, path) === 'header')
      : [],
  )
}

/**
 * Checks a text for a token. Sent texts are checked like logs are masked; other texts only for keys known by their
 * format.
 */
function holdsToken(text: string, isSent: boolean): boolean {
  return holdsKnownKey(text) || (isSent && maskText(text) !== text)
}

function checkTokens({ node, name, entry, texts }: SurveyedNode, report: ReportIssue): void {
  const schema = entry?.params ?? true
  for (const { path, text } of texts) {
    if (!holdsToken(text, paramSink(schema, node.params, path) !== null)) continue
    const message = `${name}: "${titleAt(schema, path)}" seems to contain a token, which everyone who can see the workflow can read. Use a node type with a secret field; if there is none, ask your administrator to add one`
    report(warningIssue('SECRET_IN_TEXT', message, { nodeId: node.id, path: ['params', ...path] }))
  }
}

/** Reports invalid headers of requests, and tokens in plain text. */
export function checkRequests(survey: WorkflowSurvey, report: ReportIssue): void {
  for (const surveyed of survey.nodes) {
    for (const path of headersOf(surveyed)) checkHeader(surveyed, path, report)
    checkTokens(surveyed, report)
  }
}
