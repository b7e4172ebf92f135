import {
  type HTMLAttributes,
  type ReactNode,
  type UIEvent,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { classNames } from './class-names.ts'

export interface VirtualListProps<Item> extends Omit<HTMLAttributes<HTMLDivElement>, 'children'> {
  readonly items: readonly Item[]
  readonly keyOf: (item: Item, index: number) => string
  /** Height of a row in pixels before it is measured. */
  readonly estimate: number
  readonly render: (item: Item, index: number) => ReactNode
  /** True to follow new items at the end. */
  readonly follow?: boolean
  /** Called when the reader scrolls away from the end, or back to it. */
  readonly onFollowChange?: (follow: boolean) => void
  /** Index of the row that is scrolled into view when this value changes. */
  readonly activeIndex?: number | null
  /** Element above the rows, inside the scrolled area. */
  readonly header?: ReactNode
}

interface Viewport {
  readonly top: number
  readonly height: number
}

const OVERSCAN_PX = 240
const UNMEASURED_PX = 600
const END_TOLERANCE_PX = 24

/** Scrolled list that renders only visible rows; rows may have different and changing heights. */
export function VirtualList<Item>(props: VirtualListProps<Item>) {
  const {
    items,
    keyOf,
    estimate,
    render,
    follow = false,
    onFollowChange,
    activeIndex,
    header,
    className,
    ...rest
  } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [viewport, setViewport] = useState<Viewport>({ top: 0, height: 0 })
  const { sizes, version, measure } = useRowSizes()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` says that `sizes` has changed in place
  const offsets = useMemo(() => {
    const ends: number[] = []
    let sum = 0
    items.forEach((item, index) => {
      sum += sizes.get(keyOf(item, index)) ?? estimate
      ends.push(sum)
    })
    return ends
  }, [items, keyOf, estimate, sizes, version])
  const total = offsets.at(-1) ?? 0
  const first = firstAfter(offsets, viewport.top - OVERSCAN_PX)
  const last = firstAfter(offsets, viewport.top + (viewport.height || UNMEASURED_PX) + OVERSCAN_PX)

  useViewportHeight(scroller, setViewport)

  useLayoutEffect(() => {
    const element = scroller.current
    if (element !== null && follow) element.scrollTop = element.scrollHeight
  })

  // biome-ignore lint/correctness/useExhaustiveDependencies: only another active row scrolls the list, not its new offset
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null || activeIndex === null || activeIndex === undefined) return
    const top = offsets[activeIndex - 1] ?? 0
    const bottom = offsets[activeIndex] ?? total
    if (top < element.scrollTop) element.scrollTop = top
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight
  }, [activeIndex])

  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    const { scrollTop, clientHeight, scrollHeight } = event.currentTarget
    setViewport({ top: scrollTop, height: clientHeight })
    const isAtEnd = scrollHeight - scrollTop - clientHeight < END_TOLERANCE_PX
    if (isAtEnd !== follow) onFollowChange?.(isAtEnd)
  }

  return (
    <div {...rest} ref={scroller} className={classNames('tn-virtual', className)} onScroll={onScroll}>
      {header}
      <div className="tn-virtual-space" style={{ blockSize: total }}>
        <div className="tn-virtual-window" style={{ transform: `translateY(${offsets[first - 1] ?? 0}px)` }}>
          {items.slice(first, last + 1).map((item, position) => {
            const index = first + position
            const key = keyOf(item, index)
            return (
              <MeasuredRow key={key} rowKey={key} measure={measure}>
                {render(item, index)}
              </MeasuredRow>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function useViewportHeight(
  scroller: { readonly current: HTMLDivElement | null },
  setViewport: (change: (before: Viewport) => Viewport) => void,
): void {
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    const read = () =>
      setViewport((before) =>
        before.height === element.clientHeight ? before : { ...before, height: element.clientHeight },
      )
    read()
    if (typeof ResizeObserver === 'undefined') return
    const observer = new ResizeObserver(read)
    observer.observe(element)
    return () => observer.disconnect()
  }, [scroller, setViewport])
}

type Measure = (key: string, height: number) => void

function useRowSizes() {
  const [sizes] = useState(() => new Map<string, number>())
  const [version, setVersion] = useState(0)
  const measure = useCallback<Measure>(
    (key, height) => {
      if (height === 0 || sizes.get(key) === height) return
      sizes.set(key, height)
      setVersion((before) => before + 1)
    },
    [sizes],
  )
  return { sizes, version, measure }
}

interface MeasuredRowProps {
  readonly rowKey: string
  readonly measure: Measure
  readonly children: ReactNode
}

function MeasuredRow({ rowKey, measure, children }: MeasuredRowProps) {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = ref.current
    if (element === null || typeof ResizeObserver === 'undefined') return
    const observer = new ResizeObserver(() => measure(rowKey, element.offsetHeight))
    observer.observe(element)
    return () => observer.disconnect()
  }, [rowKey, measure])
  return (
    <div ref={ref} role="presentation">
      {children}
    </div>
  )
}

/** Returns the index of the first row that ends after a height. */
function firstAfter(ends: readonly number[], height: number): number {
  let low = 0
  let high = ends.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ends[middle] ?? 0) > height) high = middle
    else low = middle + 1
  }
  return low
}
