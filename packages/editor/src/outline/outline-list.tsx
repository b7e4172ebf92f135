import { type RefObject, useContext, useMemo } from 'react'
import { NodeRunContext, useNodeRun } from '../canvas/node-status.ts'
import { loopKindOf } from '../graph/containers.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { select } from '../store/editor-store.ts'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { buildOutline, type OutlineBranch, type OutlineItem } from './outline-items.ts'
import { OutlineRow } from './outline-row.tsx'
import { RowFocusContext, useRowFocus } from './use-row-focus.ts'

interface OutlineListProps {
  /** Element that gets the focus when no row is left. */
  readonly outline: RefObject<HTMLElement | null>
}

/** Nodes of the workflow as nested lists, or a button that adds the first one. */
export function OutlineList({ outline }: OutlineListProps) {
  const document = useEditorStore((state) => state.document)
  const manifest = useEditorStore((state) => state.manifest)
  const isReady = useEditorStore((state) => state.phase.kind === 'ready')
  const items = useMemo(() => buildOutline(document, manifest), [document, manifest])
  const { onRowFocus, onBlur } = useRowFocus(outline, items)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: follows the focus of the rows
    <div className="tn-outline-scroll" onBlur={onBlur}>
      <RowFocusContext.Provider value={onRowFocus}>
        {isReady && items.length === 0 ? <EmptyOutline /> : <Items items={items} />}
      </RowFocusContext.Provider>
    </div>
  )
}

interface ItemsProps {
  readonly items: readonly OutlineItem[]
}

// The level of an item follows from the nesting of the lists.
function Items({ items }: ItemsProps) {
  return (
    <ul className="tn-outline-list">
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a list can contain two links to the same node
        <li key={`${item.kind}:${item.nodeId}:${index}`}>
          {item.kind === 'link' ? (
            <OutlineLink nodeId={item.nodeId} />
          ) : (
            <>
              <OutlineRow nodeId={item.nodeId} hasBranches={item.branches.length > 0} lead={item.lead} />
              {item.inside !== null && <Inside nodeId={item.nodeId} items={item.inside} />}
              {item.branches.length > 0 && <Branches nodeId={item.nodeId} branches={item.branches} />}
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

interface InsideProps extends ItemsProps {
  readonly nodeId: string
}

/** The nodes inside another, with a button that adds one. */
function Inside({ nodeId, items }: InsideProps) {
  const t = useTranslate()
  const { store } = useSession()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const name = useEditorStore((state) => state.nodesById.get(nodeId)?.name ?? nodeId)
  const kind = useEditorStore(({ nodesById, manifest }) => {
    const node = nodesById.get(nodeId)
    return (node === undefined ? null : loopKindOf(manifest.entryOf(node))) ?? 'list'
  })
  const presenter = useContext(NodeRunContext)
  const run = useNodeRun(nodeId)
  const add = () => store.setState({ quickAdd: { placement: { kind: 'inside', nodeId }, at: null } })
  return (
    <section className="tn-outline-branches" aria-label={t('outline.inside', { name })}>
      <div className="tn-outline-branch">
        <h2 className="tn-outline-port">{t('outline.eachItem', { kind })}</h2>
        {run !== null && presenter?.loopBar(nodeId)}
        {!isReadOnly && items.length > 0 && (
          <IconButton icon="plus" size="s" label={t('outline.addInside', { name })} onClick={add} />
        )}
      </div>
      {items.length > 0 ? (
        <Items items={items} />
      ) : isReadOnly ? (
        <p className="tn-outline-none">{t('canvas.loopEmptyReadOnly')}</p>
      ) : (
        <Button size="s" variant="ghost" icon="plus" onClick={add}>
          {t('canvas.loopEmptyAction')}
        </Button>
      )}
    </section>
  )
}

interface BranchesProps {
  readonly nodeId: string
  readonly branches: readonly OutlineBranch[]
}

function Branches({ nodeId, branches }: BranchesProps) {
  const t = useTranslate()
  const { store } = useSession()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const name = useEditorStore((state) => state.nodesById.get(nodeId)?.name ?? nodeId)
  const addTo = (port: string) => store.setState({ quickAdd: { placement: { kind: 'after', nodeId, port }, at: null } })
  return (
    <div className="tn-outline-branches">
      {branches.map((branch) => (
        <section key={branch.port} aria-label={branch.title}>
          <div className="tn-outline-branch">
            <h2 className="tn-outline-port" data-error={branch.isError || undefined}>
              {branch.title}
            </h2>
            {!isReadOnly && branch.items.length > 0 && (
              <IconButton
                icon="plus"
                size="s"
                label={t('outline.addFirst', { branch: branch.title, name })}
                onClick={() => addTo(branch.port)}
              />
            )}
          </div>
          {branch.items.length > 0 ? (
            <Items items={branch.items} />
          ) : isReadOnly ? (
            <p className="tn-outline-none">{t('outline.notConnected')}</p>
          ) : (
            <Button size="s" variant="ghost" icon="plus" onClick={() => addTo(branch.port)}>
              {t('outline.addHere')}
            </Button>
          )}
        </section>
      ))}
    </div>
  )
}

function OutlineLink({ nodeId }: { readonly nodeId: string }) {
  const t = useTranslate()
  const { store } = useSession()
  const name = useEditorStore((state) => state.nodesById.get(nodeId)?.name ?? nodeId)
  return (
    <button type="button" className="tn-outline-link" onClick={() => select(store, [nodeId])}>
      {t('outline.goesOn', { name })}
    </button>
  )
}

function EmptyOutline() {
  const t = useTranslate()
  const { store } = useSession()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  return (
    <EmptyState
      icon="play"
      title={t('canvas.emptyTitle')}
      description={isReadOnly ? t('canvas.emptyReadOnly') : t('canvas.emptyText')}
      action={
        isReadOnly ? undefined : (
          <Button
            variant="primary"
            icon="plus"
            onClick={() => store.setState({ quickAdd: { placement: ORIGIN, at: null } })}
          >
            {t('canvas.emptyAction')}
          </Button>
        )
      }
    />
  )
}

const ORIGIN = Object.freeze({ kind: 'at', position: { x: 0, y: 0 } } as const)
