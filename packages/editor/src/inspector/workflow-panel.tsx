import { useActions } from '../contexts/actions-context.ts'
import { useShortcut } from '../contexts/shortcut-label.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { WORKFLOW_HEADING } from '../problems/open-problem.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useWorkflowDetails } from '../session/workflow-details.ts'
import { Callout } from '../ui/callout.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { LaterPart } from '../ui/later-part.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { loadFields } from './load-fields.ts'
import { useFieldFocus } from './use-field-focus.ts'

/** Panel of the workflow itself, shown without a selection. */
export function WorkflowPanel() {
  const t = useTranslate()
  const actions = useActions()
  const { store } = useSession()
  const settings = useEditorStore((state) => state.document.settings)
  const details = useWorkflowDetails()
  const description = details?.description ?? settings.description ?? ''
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const isLoading = useEditorStore((state) => state.phase.kind === 'loading')
  const repairs = useEditorStore((state) => state.repairs)
  const count = useEditorStore((state) => state.document.nodes.length)
  const shortcut = useShortcut('show-shortcuts')
  const body = useFieldFocus(null)
  return (
    <div ref={body} className="tn-inspector-body">
      <header className="tn-inspector-head">
        <div className="tn-inspector-title" data-param={WORKFLOW_HEADING.join('.')}>
          <h2 className="tn-inspector-heading" tabIndex={-1}>
            {t('inspector.workflow')}
          </h2>
          <small>{t('inspector.workflowNodes', { count })}</small>
        </div>
        <span className="tn-inspector-close">
          <IconButton
            icon="close"
            label={t('inspector.close')}
            onClick={() => store.setState({ isWorkflowPanelOpen: false })}
          />
        </span>
      </header>
      <div className="tn-panel-form" data-inspector-form>
        {repairs.length > 0 && (
          <Callout tone="waiting" title={t('inspector.repairs', { count: repairs.length })}>
            {repairs.slice(0, 5).join('. ')}
          </Callout>
        )}
        {isLoading ? (
          // Text that is typed before the draft has arrived could not be stored.
          <Skeleton lines={3} height={34} />
        ) : isReadOnly ? (
          <p className="tn-panel-note">{description === '' ? t('inspector.noDescription') : description}</p>
        ) : (
          <LaterPart load={loadFields} waiting={(trouble) => trouble ?? <Skeleton lines={3} height={34} />}>
            {({ WorkflowSettingsFields }) => <WorkflowSettingsFields settings={settings} description={description} />}
          </LaterPart>
        )}
        {!isReadOnly && (
          <p className="tn-panel-note">
            {t('inspector.hint')}{' '}
            <button type="button" className="tn-link" onClick={actions['show-shortcuts']}>
              {t('inspector.shortcuts')}
            </button>{' '}
            {shortcut !== undefined && <kbd className="tn-kbd">{shortcut}</kbd>}
          </p>
        )}
      </div>
    </div>
  )
}
