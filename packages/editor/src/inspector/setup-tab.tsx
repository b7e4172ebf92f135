import type { WorkflowNode } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import { useContext, useMemo } from 'react'
import { WorkflowsContext } from '../contexts/workflows-context.ts'
import { ExpressionField } from '../expression-field/expression-field.tsx'
import { useTranslate } from '../instance/instance-context.ts'
import { fieldsOf, resolveSchema } from '../manifest/param-field.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { Callout } from '../ui/callout.tsx'
import { Field } from '../ui/field.tsx'
import { LaterPart } from '../ui/later-part.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { BUILT_IN_CONTROLS } from './controls/built-in-controls.ts'
import { ControlsContext, type FormControls, HostControlsContext } from './controls/controls-context.ts'
import { FieldFault } from './controls/field-fault.tsx'
import { JsonText } from './controls/json-text.tsx'
import { ParamRows } from './controls/param-rows.tsx'
import { JsonControl } from './controls/structure-controls.tsx'
import { useFieldProblems } from './controls/use-field-problems.ts'

// Only documents with triggers of the server need it.
const loadTrigger = () => import('../triggers/trigger-section.tsx')
const loadSchedule = () => import('../triggers/schedule-fields.tsx')

interface SetupTabProps {
  readonly node: WorkflowNode
  readonly entry: NodeManifestEntry | undefined
}

/** Tab with the params of a node, by their schema, and its notes. */
export function SetupTab({ node, entry }: SetupTabProps) {
  const t = useTranslate()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const hostControls = useContext(HostControlsContext)
  const workflows = useContext(WorkflowsContext)
  const controls = useMemo<FormControls>(
    () => ({ byName: { ...BUILT_IN_CONTROLS, ...hostControls }, fallback: JsonControl }),
    [hostControls],
  )
  const fields = useMemo(
    () => (entry === undefined ? [] : fieldsOf(entry.params, resolveSchema(entry.params, entry.params))),
    [entry],
  )
  return (
    <div className="tn-panel-form" data-inspector-form>
      <NodeFaults node={node} />
      {node.disabled === true && <DisabledNote node={node} entry={entry} />}
      {entry === undefined ? (
        <UnknownType node={node} />
      ) : (
        <ControlsContext.Provider value={controls}>
          {entry.trigger === 'schedule' && workflows !== null && !isReadOnly && (
            <LaterPart load={loadSchedule} waiting={(trouble) => trouble ?? <Skeleton height={32} lines={2} />}>
              {({ ScheduleFields }) => <ScheduleFields nodeId={node.id} params={node.params} />}
            </LaterPart>
          )}
          <ParamRows
            nodeId={node.id}
            path={[]}
            rootSchema={entry.params}
            fields={fields}
            siblings={node.params}
            isReadOnly={isReadOnly}
          />
        </ControlsContext.Provider>
      )}
      {entry?.trigger !== undefined && workflows !== null && !isReadOnly && (
        <LaterPart load={loadTrigger} waiting={(trouble) => trouble ?? <Skeleton height={32} lines={3} />}>
          {({ TriggerSection }) => <TriggerSection nodeId={node.id} workflows={workflows} />}
        </LaterPart>
      )}
      {entry !== undefined && fields.length === 0 && <p className="tn-panel-note">{t('inspector.noParams')}</p>}
      <Notes node={node} isReadOnly={isReadOnly} />
    </div>
  )
}

function DisabledNote({ node, entry }: SetupTabProps) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const isTrigger = entry?.control === 'trigger'
  return (
    <Callout tone="neutral" title={t(isTrigger ? 'inspector.disabledTrigger' : 'inspector.disabledNote')}>
      {t(isTrigger ? 'inspector.disabledTriggerText' : 'inspector.disabledText')}
      {!isReadOnly && (
        <button
          type="button"
          className="tn-text-button"
          onClick={() => dispatch({ type: 'set-fields', nodeIds: [node.id], set: { disabled: null } })}
        >
          {t('inspector.enable')}
        </button>
      )}
    </Callout>
  )
}

// Problems of the node as a whole, such as a missing edge or a cycle.
function NodeFaults({ node }: { readonly node: WorkflowNode }) {
  const whole = useFieldProblems(node.id, NO_PATH)
  const name = useFieldProblems(node.id, NAME_PATH)
  return [...whole, ...name].map((problem) => (
    <Callout
      key={problem.id}
      tone={problem.severity === 'error' ? 'failed' : 'waiting'}
      title={<FieldFault problem={problem} more={0} />}
    />
  ))
}

const NO_PATH: readonly string[] = Object.freeze([])
const NAME_PATH: readonly string[] = Object.freeze(['name'])

function UnknownType({ node }: { readonly node: WorkflowNode }) {
  const t = useTranslate()
  return (
    <>
      <Callout tone="failed" title={t('inspector.unknownType', { type: node.type })}>
        {t('inspector.unknownTypeHelp')}
      </Callout>
      <Field label={t('inspector.params')}>
        <JsonText
          field={{ key: `${node.id}/params`, nodeId: node.id, path: [], label: t('inspector.params') }}
          value={node.params}
          onChange={() => {}}
          isReadOnly
        />
      </Field>
    </>
  )
}

function Notes({ node, isReadOnly }: { readonly node: WorkflowNode; readonly isReadOnly: boolean }) {
  const t = useTranslate()
  const { dispatch } = useSession()
  if (isReadOnly && (node.notes ?? '') === '') return null
  return (
    <Field label={t('inspector.notes')} help={t('inspector.notesHelp')}>
      <ExpressionField
        nodeId={node.id}
        path="notes"
        value={node.notes ?? ''}
        onChange={(notes) => dispatch({ type: 'set-fields', nodeIds: [node.id], set: { notes: notes || null } })}
        isMultiline
        hasTemplates={false}
        isReadOnly={isReadOnly}
        label={t('inspector.notes')}
      />
    </Field>
  )
}
