import type { FilesClient } from '@tenon/core/client'
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from 'react'
import { useInstance, useTranslate } from '../../instance/instance-context.ts'
import { DocumentTexts } from '../../shell/document-texts.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { SegmentedControl } from '../../ui/segmented-control.tsx'
import type { ReadDocument } from './find-document.ts'
import { type Box, kindsOf, type Mark, type MarkKind, marksOf } from './marks.ts'
import { PageSheet } from './page-sheet.tsx'
import { PageTurner } from './page-turner.tsx'

/** Certainty below which a value should be checked by a person. */
const UNCERTAIN = 0.9

export interface DocumentViewProps {
  readonly files: FilesClient
  readonly document: ReadDocument
}

/** Pages of a document that was read, with the boxes of its values, and the values beside them. */
export function DocumentView(props: DocumentViewProps) {
  return (
    <DocumentTexts>
      <Framed {...props} />
    </DocumentTexts>
  )
}

function Framed(props: DocumentViewProps) {
  const t = useTranslate()
  const [isLarge, setIsLarge] = useState(false)
  const title = props.document.file?.name ?? t('documents.title')
  return (
    <section className="tn-document-frame" aria-label={t('documents.title')}>
      <Pages
        {...props}
        action={<IconButton icon="fit" size="s" label={t('documents.enlarge')} onClick={() => setIsLarge(true)} />}
      />
      <Dialog open={isLarge} onClose={() => setIsLarge(false)} title={title} size="xl">
        <Pages {...props} action={null} />
      </Dialog>
    </section>
  )
}

function Pages({ files, document, action }: DocumentViewProps & { readonly action: ReactNode }) {
  const t = useTranslate()
  const kinds = useMemo(() => kindsOf(document), [document])
  const [kind, setKind] = useState<MarkKind>(kinds[0] ?? 'lines')
  const [page, setPage] = useState(1)
  const [chosenId, setChosenId] = useState<string | null>(null)
  const marks = useMemo(() => marksOf(document, kind, page), [document, kind, page])
  const list = useRef<HTMLDivElement>(null)
  const listId = useId()
  const chooseBox = (id: string) => {
    setChosenId(id)
    list.current?.querySelector(`[data-mark="${id}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const chosen = marks.find(({ id }) => id === chosenId)
  return (
    <div className="tn-document">
      <div className="tn-document-bar">
        {kinds.length > 1 && (
          <SegmentedControl
            label={t('documents.kinds')}
            size="s"
            value={kind}
            onChange={setKind}
            options={kinds.map((value) => ({ value, label: t(`documents.${value}`) }))}
          />
        )}
        <PageTurner page={page} count={document.content.pageCount} onChange={setPage} />
        {action}
      </div>
      <div className="tn-document-parts">
        <div className="tn-document-page">
          <PageSheet files={files} file={document.file} page={page} missing={t('documents.noPicture')}>
            {marks.map((mark) =>
              mark.boxes.map((box, index) => (
                <button
                  // biome-ignore lint/suspicious/noArrayIndexKey: a value has one or two boxes, in one order
                  key={`${mark.id}-${index}`}
                  type="button"
                  tabIndex={-1}
                  className="tn-mark"
                  data-chosen={mark.id === chosenId || undefined}
                  data-uncertain={mark.confidence < UNCERTAIN || undefined}
                  style={styleOf(box)}
                  aria-label={labelOf(mark, t)}
                  onClick={() => chooseBox(mark.id)}
                />
              )),
            )}
          </PageSheet>
        </div>
        {marks.length === 0 ? (
          <p className="tn-muted">{t('documents.noValues')}</p>
        ) : (
          <div
            ref={list}
            className="tn-marks"
            role="listbox"
            aria-label={t('documents.values', { page })}
            tabIndex={0}
            {...(chosen === undefined ? {} : { 'aria-activedescendant': `${listId}-${chosen.id}` })}
            onKeyDown={(event) => {
              const next = nextOf(event, marks, chosenId)
              if (next === null) return
              event.preventDefault()
              chooseBox(next)
            }}
          >
            {marks.map((mark) => (
              <MarkRow
                key={mark.id}
                id={`${listId}-${mark.id}`}
                mark={mark}
                isChosen={mark.id === chosenId}
                onChoose={() => setChosenId(mark.id)}
              />
            ))}
          </div>
        )}
      </div>
    </div>
  )
}

interface MarkRowProps {
  readonly id: string
  readonly mark: Mark
  readonly isChosen: boolean
  readonly onChoose: () => void
}

function MarkRow({ id, mark, isChosen, onChoose }: MarkRowProps) {
  const { t, locale } = useInstance()
  const percent = new Intl.NumberFormat(locale, { style: 'percent' }).format(mark.confidence)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the list handles the keys
    <div id={id} role="option" className="tn-mark-row" aria-selected={isChosen} data-mark={mark.id} onClick={onChoose}>
      {mark.name !== null && <span className="tn-mark-name">{mark.name}</span>}
      <bdi className="tn-mark-text">{textOf(mark, t)}</bdi>
      <span className="tn-mark-sure" data-uncertain={mark.confidence < UNCERTAIN || undefined}>
        <span className="tn-visually-hidden">{t('documents.confidence', { percent })}</span>
        <span aria-hidden="true">{percent}</span>
      </span>
    </div>
  )
}

type Translate = ReturnType<typeof useTranslate>

function textOf({ kind, text, isSelected }: Mark, t: Translate): string {
  if (kind === 'signatures') return t('documents.signature')
  if (isSelected !== null) return t(isSelected ? 'documents.selected' : 'documents.notSelected')
  return text === null || text === '' ? t('documents.empty') : text
}

function labelOf(mark: Mark, t: Translate): string {
  const text = textOf(mark, t)
  return mark.name === null ? text : `${mark.name}: ${text}`
}

/** Returns the value to which a key moves; `null` for another key. */
function nextOf({ key }: KeyboardEvent, marks: readonly Mark[], chosenId: string | null): string | null {
  const at = marks.findIndex(({ id }) => id === chosenId)
  const last = marks.length - 1
  const index = { ArrowDown: Math.min(last, at + 1), ArrowUp: Math.max(0, at - 1), Home: 0, End: last }[key]
  return index === undefined ? null : (marks[index]?.id ?? null)
}

function styleOf({ left, top, width, height }: Box) {
  const percent = (part: number) => `${part * 100}%`
  return { left: percent(left), top: percent(top), width: percent(width), height: percent(height) }
}
