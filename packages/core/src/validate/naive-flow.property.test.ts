import fc from 'fast-check'
import { expect, test } from 'vitest'
import { naiveReach } from '../../test/flow/naive-flow.ts'
import { randomGraphs } from '../../test/flow/random-graphs.ts'
import { manifest } from '../../test/validation.ts'
import type { WorkflowDocument } from '../document/index.ts'
import { bitsOf } from './bits.ts'
import { checkCollisions } from './check-collisions.ts'
import type { FlowNode } from './flow-node.ts'
import type { WorkflowIssue } from './issue.ts'
import { createMeter } from './meter.ts'
import { finish } from './slices.ts'
import { surveyDocument } from './survey.ts'
import { traceWorkflow } from './trace-workflow.ts'

const traced = (document: WorkflowDocument) => finish(traceWorkflow(surveyDocument(document, manifest), createMeter()))
const nameOf = ({ surveyed }: FlowNode): string => surveyed.name

test('the traced flow is what the rules say of sets of ancestors and taken exits', () => {
  fc.assert(
    fc.property(randomGraphs, (document) => {
      const { flow, scopes } = traced(document)
      const naive = naiveReach(flow)
      const exits = flow.nodes.flatMap((node) => [...node.exits, ...(node.entrance === null ? [] : [node.entrance])])
      for (const node of flow.nodes) {
        expect([...bitsOf(node.ancestors)]).toEqual(
          [...naive.ancestors(node)].map(({ rank }) => rank).sort((a, b) => a - b),
        )
        expect([...bitsOf(node.taken)]).toEqual(
          exits.filter((exit) => naive.taken(node).has(exit)).map(({ index }) => index),
        )
        expect(scopes.error(node)).toEqual(naive.error(node))
        for (const key of flow.owners.keys()) {
          expect([node.rank, key, scopes.inputKey(node, key)]).toEqual([node.rank, key, naive.inputKey(node, key)])
          const ways = naive.waysWith(node, key)
          expect(scopes.waysWith(node, key)).toEqual(ways.all > 1_000 ? null : ways)
        }
        for (const other of flow.nodes) {
          const { id } = other.surveyed.node
          const output = scopes.output(node, id)
          const isAround = other.entrance !== null && naive.taken(node).has(other.entrance)
          expect(output === undefined).toBe(!naive.ancestors(node).has(other) || isAround)
          if (output !== undefined) expect(output.required).toBe(naive.hasRun(node, other))
        }
      }
    }),
    { numRuns: 100 },
  )
})

test('collisions are those that the rules find pair by pair', () => {
  fc.assert(
    fc.property(randomGraphs, (document) => {
      const all = traced(document)
      const naive = naiveReach(all.flow)
      const found: WorkflowIssue[] = []
      finish(checkCollisions(all, (issue) => void found.push(issue)))
      const beside = found.filter(({ message }) => message.includes('in parallel'))
      const reads = (node: FlowNode, key: string): boolean =>
        JSON.stringify(node.surveyed.params).includes(`input.${key}`)
      for (const node of all.flow.nodes) {
        const keys = [...all.flow.owners.keys()].filter((key) => {
          const after = all.flow.nodes.filter((each) => each === node || naive.ancestors(each).has(node))
          return (
            node.arriving.length > 1 &&
            naive.meetingWith(node, key).length > 0 &&
            after.some((each) => reads(each, key))
          )
        })
        const sets = new Set(keys.map((key) => naive.meetingWith(node, key).map(nameOf).join()))
        const messages = beside.filter(({ nodeId }) => nodeId === node.surveyed.node.id).map(({ message }) => message)
        expect(messages).toHaveLength(sets.size)
        for (const key of keys) {
          const names = naive.meetingWith(node, key).map(nameOf)
          const said = messages.filter((message) => message.startsWith(`${names.slice(0, 4).join(', ')} write `))
          expect(said.some((message) => message.includes(`input.${key}`) || message.includes(' more'))).toBe(true)
        }
      }
      for (const node of all.flow.nodes) {
        if (node.surveyed.node.type === 'set') continue
        const keys = [...new Set(node.exits.flatMap(({ facts }) => [...facts.adds.fields.keys()]))]
        const isFlow = node.surveyed.entry?.category === 'flow'
        const hidden = keys.filter((key) =>
          naive.hiddenBy(node, key).some((owner) => !isFlow || owner.surveyed.node.type !== node.surveyed.node.type),
        )
        const said = found.some(
          ({ nodeId, message }) => nodeId === node.surveyed.node.id && message.includes(' replaces '),
        )
        expect(said).toBe(hidden.length > 0)
      }
    }),
    { numRuns: 100 },
  )
})
