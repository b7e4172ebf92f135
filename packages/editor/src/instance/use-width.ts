import { useLayoutEffect, useState } from 'react'

/** Assumed width until an element is measured, in pixels. */
const USUAL_WIDTH = 800

/** Returns the width of an element in pixels; follows its size. */
export function useWidth(element: HTMLElement | null): number {
  const [width, setWidth] = useState(USUAL_WIDTH)
  useLayoutEffect(() => {
    if (element === null) return
    const measure = () => {
      if (element.clientWidth > 0) setWidth(element.clientWidth)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return width
}
