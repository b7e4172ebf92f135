import type { ResolutionRequest } from '@tenon/core/client'
import { isJsonObject, type Json, jsonEqual } from '@tenon/core/document'
import type { NodeRunView } from '@tenon/core/run'
import { useCallback, useMemo, useRef, useState } from 'react'
import { ResourceError } from '../../client/resource-error.tsx'
import { useResource } from '../../client/use-resource.ts'
import { writeClipboard } from '../../instance/browser.ts'
import { useTranslate } from '../../instance/instance-context.ts'
import { Button } from '../../ui/button.tsx'
import { Callout } from '../../ui/callout.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { useAnnouncer } from '../../ui/live-region.tsx'
import { Select } from '../../ui/select.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import type { RunFormDraft } from '../form/form-draft.ts'
import type { FormErrors } from '../form/form-errors.ts'
import type { FormField } from '../form/form-model.ts'
import { expressionWarnings } from '../form/literal-values.ts'
import { ValueForm } from '../form/value-form.tsx'
import type { NodeInfo } from '../store/node-directory.ts'
import type { RunScope } from '../store/run-scope.tsx'
import { outputPorts, outputToEnter, paramsToEnter } from './resolution-values.ts'

interface ValueDialogProps {
  readonly scope: RunScope
  readonly nodeRun: NodeRunView
  /** Closes the dialog without a resolution. */
  readonly onClose: () => void
  /** Resolves the node run; the dialog shows what it throws. */
  readonly onResolve: (resolution: ResolutionRequest) => Promise<void>
  /** Reason why the values can no longer be sent; `null` while they can. */
  readonly takenText: string | null
}

/** Dialog for the values with which a node is run again; at first those of its last attempt. */
export function ParamsDialog({ scope, nodeRun, ...form }: ValueDialogProps) {
  const { onClose } = form
  const t = useTranslate()
  const { ledger, store, nodes } = scope
  const { nodeRunId, input } = nodeRun
  const known = input?.inline
  const load = useCallback(async () => {
    const entry = await ledger.readEntry(nodeRunId, store.snapshot().lastSeq)
    return { json: entry?.input ?? null }
  }, [ledger, store, nodeRunId])
  // Params that were not recorded are those of the document.
  const stored = useResource(input === null || known !== undefined ? null : load)
  const json = input === null ? null : known === undefined ? stored.value?.json : known
  return (
    <Dialog open size="l" onClose={onClose} title={t('runs.parked.paramsTitle', nameOf(nodes.get(nodeRun.nodeId)))}>
      {json !== undefined ? (
        <ParamsForm {...form} info={nodes.get(nodeRun.nodeId)} input={json} />
      ) : stored.error !== null ? (
        <ResourceError resource={stored} />
      ) : (
        <Skeleton lines={4} height={34} />
      )}
    </Dialog>
  )
}

interface ParamsFormProps extends Pick<ValueDialogProps, 'onClose' | 'onResolve' | 'takenText'> {
  readonly info: NodeInfo
  readonly input: Json
}

function ParamsForm({ info, input, onClose, onResolve, takenText }: ParamsFormProps) {
  const t = useTranslate()
  const { schema, draft } = useMemo(() => paramsToEnter(info, input), [info, input])
  const entered = useRef(draft)
  // A text with braces may be meant, so the second attempt to send it is accepted.
  const warned = useRef<Json | undefined>(undefined)
  const check = (value: Json, fields: readonly FormField[] | null): FormErrors => {
    if (warned.current !== undefined && jsonEqual(warned.current, value)) return NO_WARNINGS
    warned.current = value
    return expressionWarnings(fields, value, draft.values, t('runs.parked.expressionAsText'))
  }
  return (
    <div className="tn-form">
      <p className="tn-muted">{t('runs.parked.paramsHelp')}</p>
      <ValueForm
        schema={schema}
        draft={draft}
        texts={{
          json: t('runs.parked.paramsJson'),
          noFields: t('runs.parked.noParams'),
          failed: t('runs.parked.failed'),
          submit: t('runs.parked.retry'),
        }}
        check={check}
        isParams
        {...closedBy(takenText, entered)}
        onCancel={onClose}
        onSubmit={(params) => onResolve({ kind: 'retry_with_params', params: isJsonObject(params) ? params : {} })}
      />
    </div>
  )
}

const NO_WARNINGS: FormErrors = new Map()

/** Dialog for an output with which the run continues as if the node had completed. */
export function OutputDialog({ scope, nodeRun, onClose, onResolve, takenText }: ValueDialogProps) {
  const t = useTranslate()
  const info = scope.nodes.get(nodeRun.nodeId)
  const ports = useMemo(() => outputPorts(info), [info])
  const [port, setPort] = useState<string | undefined>(ports[0]?.name)
  const { schema, draft } = useMemo(() => outputToEnter(info, port), [info, port])
  const entered = useRef(draft)
  return (
    <Dialog open size="l" onClose={onClose} title={t('runs.parked.outputTitle', nameOf(info))}>
      <div className="tn-form">
        {ports.length > 1 && port !== undefined && nodeRun.undoes === null && (
          <Field label={t('runs.fact.port')} help={t('runs.parked.portHelp')}>
            <Select
              value={port}
              options={ports.map(({ name, title }) => ({ value: name, label: title }))}
              onChange={setPort}
            />
          </Field>
        )}
        <ValueForm
          key={port}
          schema={schema}
          draft={draft}
          texts={{
            json: t('runs.inspector.output'),
            jsonHelp: t(nodeRun.undoes === null ? 'runs.parked.outputHelp' : 'runs.parked.undo.output'),
            noFields: t('runs.inspector.outputEmpty'),
            failed: t('runs.parked.failed'),
            submit: t('runs.parked.continue'),
          }}
          {...closedBy(takenText, entered)}
          onCancel={onClose}
          onSubmit={(output) => onResolve({ kind: 'complete', output, ...(port === undefined ? {} : { port }) })}
        />
      </div>
    </Dialog>
  )
}

/** Returns the props of a form that keep its entries, and show why they cannot be sent. */
function closedBy(takenText: string | null, entered: { current: RunFormDraft }) {
  const onDraft = (draft: RunFormDraft) => {
    entered.current = draft
  }
  if (takenText === null) return { onDraft }
  return { onDraft, closed: <TakenNote reason={takenText} draft={() => entered.current} /> }
}

function nameOf({ name }: NodeInfo) {
  return { name }
}

interface TakenNoteProps {
  /** Reason why the values can no longer be sent. */
  readonly reason: string
  /** Returns the entries of the form. */
  readonly draft: () => RunFormDraft
}

/** Note in a form whose node run was resolved by another user, with a button that copies what was entered. */
function TakenNote({ reason, draft }: TakenNoteProps) {
  const t = useTranslate()
  const { announce, toast } = useAnnouncer()
  const copy = async () => {
    const { mode, values, text } = draft()
    const isDone = await writeClipboard(mode === 'json' ? text : JSON.stringify(values, null, 2))
    if (isDone) announce(t('ui.copied'))
    else toast(t('ui.copyRefused'), { tone: 'failed' })
  }
  return (
    <div role="alert">
      <Callout tone="waiting" title={reason}>
        <p>{t('runs.parked.notSent')}</p>
        <Button icon="copy" size="s" onClick={() => void copy()}>
          {t('runs.parked.copyValues')}
        </Button>
      </Callout>
    </div>
  )
}
