import { type PlotOptions, plot } from '@observablehq/plot';
import { useEffect, useRef } from 'react';

/**
 * A chart of Observable Plot with a caption that says what it shows and how to read it. Plot brings a style element of its
 * own, which the content policy forbids: `style/charts.css` says the same.
 */
export function PlotFigure({
  options,
  title,
  caption,
}: {
  options: PlotOptions;
  title: string;
  caption: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const chart = plot({ ...options, className: 'plot' });
    for (const style of chart.querySelectorAll('style')) style.remove();
    for (const mark of chart.querySelectorAll('g[aria-label]')) nameForStyle(mark);
    chart.setAttribute('role', 'img');
    chart.setAttribute('aria-label', title);
    place.current?.replaceChildren(chart);
  }, [options, title]);
  return (
    <figure className="chart">
      <div ref={place} />
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** Plot labels its groups, which have no role that may have a label; the name moves to where only the style sheet sees it. */
function nameForStyle(mark: Element): void {
  mark.setAttribute('data-mark', mark.getAttribute('aria-label') ?? '');
  mark.removeAttribute('aria-label');
}
