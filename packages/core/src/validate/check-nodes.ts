import { nearest } from '../expression/suggest.ts'
import { hasHiddenCharacters, withoutHiddenCharacters } from '../text/hidden-characters.ts'
import { issueFix } from './fix.ts'
import { errorIssue, type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

function versionFix({ node, name }: SurveyedNode, version: number): IssueFix {
  const operation = { op: 'update_node', nodeId: node.id, set: { typeVersion: version } } as const
  return issueFix('USE_VERSION', { node: name, version }, [operation])
}

function checkType(survey: WorkflowSurvey, surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, entry, name } = surveyed
  if (entry !== undefined) return
  const versions = survey.manifest.nodes.filter(({ type }) => type === node.type).map(({ version }) => version)
  if (versions.length > 0) {
    const latest = Math.max(...versions)
    const message = `${name}: version ${node.typeVersion} of "${node.type}" does not exist; the latest is version ${latest}`
    const values = { type: node.type, version: node.typeVersion, latest }
    const details = { nodeId: node.id, path: ['typeVersion'], fix: versionFix(surveyed, latest), values }
    report(errorIssue('NODE_VERSION_UNKNOWN', message, details))
    return
  }
  const meant = nearest(
    node.type,
    survey.manifest.nodes.map(({ type }) => type),
  )
  const hint = meant === null ? '' : `. Did you mean "${meant}"?`
  report(
    errorIssue('NODE_TYPE_UNKNOWN', `${name}: unknown node type "${node.type}"${hint}`, {
      nodeId: node.id,
      path: ['type'],
      values: { type: node.type, meant: meant ?? '' },
    }),
  )
}

/** Creates a search for free names; the numbers of a name are tried once for all nodes that have it. */
function createFreeNames(taken: Set<string>): (name: string) => string {
  const nextNumbers = new Map<string, number>()
  return (name) => {
    let number = nextNumbers.get(name) ?? 2
    while (taken.has(`${name} ${number}`)) number += 1
    nextNumbers.set(name, number + 1)
    taken.add(`${name} ${number}`)
    return `${name} ${number}`
  }
}

function checkNames(survey: WorkflowSurvey, report: ReportIssue): void {
  const seen = new Set<string>()
  for (const { name } of survey.nodes) seen.add(name)
  if (seen.size === survey.nodes.length) return
  const freeName = createFreeNames(new Set(seen))
  seen.clear()
  for (const { node, name } of survey.nodes) {
    if (seen.has(name)) {
      const free = freeName(name)
      const fix = issueFix('RENAME', { name: free }, [{ op: 'update_node', nodeId: node.id, set: { name: free } }])
      report(
        warningIssue('NODE_NAME_DUPLICATE', `Two nodes have the name "${name}"`, {
          nodeId: node.id,
          path: ['name'],
          fix,
          values: { name },
        }),
      )
    }
    seen.add(name)
  }
}

/** Reports invisible characters in a name, which could make it look like another one. */
function checkHiddenCharacters({ node }: SurveyedNode, report: ReportIssue): void {
  if (!hasHiddenCharacters(node.name)) return
  const clean = withoutHiddenCharacters(node.name)
  const operations = [{ op: 'update_node', nodeId: node.id, set: { name: clean } } as const]
  const fix = clean === '' ? issueFix('REMOVE_NAME', {}, operations) : issueFix('RENAME', { name: clean }, operations)
  const values = { name: clean === '' ? node.id : clean }
  const message = `The name of "${values.name}" has line breaks or characters that are not visible`
  report(errorIssue('NODE_NAME_INVALID', message, { nodeId: node.id, path: ['name'], fix, values }))
}

function checkIds(survey: WorkflowSurvey, report: ReportIssue): void {
  if (survey.byId.size === survey.nodes.length) return
  const seen = new Set<string>()
  for (const { node } of survey.nodes) {
    if (seen.has(node.id)) {
      const details = { nodeId: node.id, values: { id: node.id } }
      report(errorIssue('NODE_ID_DUPLICATE', `Two nodes have the id "${node.id}"`, details))
    }
    seen.add(node.id)
  }
}

/** Reports faults of the ids, names and types of nodes. */
export function checkNodes(survey: WorkflowSurvey, report: ReportIssue): void {
  checkIds(survey, report)
  for (const surveyed of survey.nodes) {
    checkType(survey, surveyed, report)
    checkHiddenCharacters(surveyed, report)
  }
  checkNames(survey, report)
}
