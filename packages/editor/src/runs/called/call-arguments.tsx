import type { ApprovalCall, ApprovalVote } from '@tenon/core/client'
import { isJsonObject, type Json, type JsonObject, jsonEqual } from '@tenon/core/document'
import { useMemo, useState } from 'react'
import { useTranslate } from '../../instance/instance-context.ts'
import { CallTexts } from '../../shell/call-texts.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Evidence } from '../approval/evidence.tsx'
import { ValueForm } from '../form/value-form.tsx'
import { paramsToEnter } from '../parked/resolution-values.ts'

interface CallArgumentsProps {
  readonly call: ApprovalCall
  readonly votes: readonly ApprovalVote[]
  /** True if the reader may decide, and so change the arguments. */
  readonly canDecide: boolean
  /** Params that the reader has entered; `null` for those of the call. */
  readonly edited: JsonObject | null
  readonly onEdit: (params: JsonObject | null) => void
}

/** {@link CallArguments} with its texts. */
export function CallArgumentsPart(props: CallArgumentsProps) {
  return (
    <CallTexts>
      <CallArguments {...props} />
    </CallTexts>
  )
}

/** The arguments of a call that waits for an approval, with a form to change them. */
function CallArguments({ call, votes, canDecide, edited, onEdit }: CallArgumentsProps) {
  const t = useTranslate()
  const [isEditing, setIsEditing] = useState(false)
  const shown: Json = edited ?? call.params
  const isLeftOut = edited === null && call.isParamsLeftOut === true
  const isEmpty = isJsonObject(shown) && Object.keys(shown).length === 0
  return (
    <section aria-label={t('runs.called.input')}>
      <h3 className="tn-field-label">{t('runs.called.input')}</h3>
      {isLeftOut || isEmpty ? (
        <p className="tn-muted">{t(isLeftOut ? 'runs.called.leftOut' : 'runs.called.none')}</p>
      ) : (
        <Evidence value={shown} />
      )}
      {edited !== null && canDecide && (
        <p className="tn-muted" role="status">
          {t('runs.called.changed')}{' '}
          <button type="button" className="tn-link" onClick={() => onEdit(null)}>
            {t('runs.called.undo')}
          </button>
        </p>
      )}
      {call.isEditable && canDecide && !isLeftOut && (
        <Button onClick={() => setIsEditing(true)}>{t('runs.called.edit')}</Button>
      )}
      {votes.map((vote) => (
        <VoteArguments key={vote.actor.userId} {...{ vote, edited }} onUse={canDecide ? onEdit : null} />
      ))}
      {isEditing && (
        <ArgumentsDialog
          schema={call.schema}
          params={shown}
          onClose={() => setIsEditing(false)}
          onUse={(params) => {
            onEdit(jsonEqual(params, call.params) ? null : params)
            setIsEditing(false)
          }}
        />
      )}
    </section>
  )
}

interface VoteArgumentsProps extends Pick<CallArgumentsProps, 'edited'> {
  readonly vote: ApprovalVote
  /** Uses the params of the vote; votes count together only for the same params. `null` if the reader may not decide. */
  readonly onUse: ((params: JsonObject) => void) | null
}

/** The arguments that a person gave with a vote, with a button to vote for the same. */
function VoteArguments({ vote: { actor, params, isParamsLeftOut }, edited, onUse }: VoteArgumentsProps) {
  const t = useTranslate()
  if (params === undefined && isParamsLeftOut !== true) return null
  const title = t('runs.called.voted', { person: actor.displayName })
  return (
    <section aria-label={title}>
      <h4 className="tn-field-label">{title}</h4>
      {params === undefined ? <p className="tn-muted">{t('runs.called.leftOut')}</p> : <Evidence value={params} />}
      {isJsonObject(params) && onUse !== null && !(edited !== null && jsonEqual(edited, params)) && (
        <Button onClick={() => onUse(params)}>{t('runs.called.use')}</Button>
      )}
    </section>
  )
}

interface ArgumentsDialogProps extends Pick<ApprovalCall, 'schema'> {
  readonly params: Json
  readonly onClose: () => void
  readonly onUse: (params: JsonObject) => void
}

function ArgumentsDialog({ schema, params, onClose, onUse }: ArgumentsDialogProps) {
  const t = useTranslate()
  const entered = useMemo(() => paramsToEnter({ node: null, params: schema }, params), [schema, params])
  return (
    <Dialog open size="l" onClose={onClose} title={t('runs.called.edit')}>
      <div className="tn-form">
        <p className="tn-muted">{t('runs.called.editHelp')}</p>
        <ValueForm
          schema={entered.schema}
          draft={entered.draft}
          texts={{
            json: t('runs.called.json'),
            noFields: t('runs.called.none'),
            failed: t('runs.called.failed'),
            submit: t('runs.called.use'),
          }}
          isParams
          onCancel={onClose}
          onSubmit={async (value) => onUse(isJsonObject(value) ? value : {})}
        />
      </div>
    </Dialog>
  )
}
