import { type NodeText, policyTexts } from '../document/node-texts.ts'
import type { ParamPath } from '../document/operation.ts'
import { isTemplate } from '../expression/parse.ts'
import type { JsonObject } from '../json.ts'
import type { SurveyedNode } from './survey.ts'
import { templateLeaves } from './template-leaves.ts'

/**
 * The places of a node where templates may stand, with their own paths from the node.
 *
 * @param params - As they are written, or with the defaults of the type, which may be templates too.
 */
export function nodeTemplates({ node, entry }: SurveyedNode, params: JsonObject): NodeText[] {
  const inParams = templateLeaves(entry?.params ?? true, params).map(({ path, text }) => ({
    path: ['params', ...path] satisfies ParamPath,
    text,
  }))
  return [...inParams, ...policyTexts(node).filter(({ text }) => isTemplate(text))]
}
