import { useEffect, useRef, useState } from 'react';
import { countedText, numberText } from '../../../../report/number-text.ts';
import type { PartitionCell } from '../../api/answers.ts';
import type { Palette } from './cell-colour.ts';

/** Pixels that all squares together may take from top to bottom: about a screen. */
const TALL = 900;
/** Nobody could hit a smaller one. */
const LEAST_PITCH = 6;

/** Side of a cell with its gap in pixels, by how many there are and how wide the page is: thousands stay on one screen. */
function pitchOf(count: number, width: number): number {
  let pitch = usualPitch(count);
  while (pitch > LEAST_PITCH && heightOf(count, width, pitch) > TALL) pitch -= 2;
  return pitch;
}

function usualPitch(count: number): number {
  if (count <= 400) return 24;
  if (count <= 1500) return 16;
  return count <= 4000 ? 12 : 10;
}

function heightOf(count: number, width: number, pitch: number): number {
  return Math.ceil(count / Math.max(1, Math.floor(width / pitch))) * pitch;
}

/**
 * Every partition as one square of a single canvas: as many nodes in the page for 10,000 partitions as for ten. Arrow keys
 * move from cell to cell, Enter opens one; what a cell holds is said below and read aloud.
 */
export function PartitionGrid({
  cells,
  palette,
  onOpen,
}: {
  cells: readonly PartitionCell[];
  palette: Palette;
  onOpen: (cell: PartitionCell) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const width = useWidth(canvas);
  const pitch = pitchOf(cells.length, width);
  const perRow = Math.max(1, Math.floor(width / pitch));
  const rows = Math.ceil(cells.length / perRow);
  usePainting(canvas, { cells, palette, pitch, perRow, rows, at });

  const indexOf = (event: React.MouseEvent): number | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / pitch);
    const index = Math.floor((event.clientY - box.top) / pitch) * perRow + column;
    return column < perRow && index >= 0 && index < cells.length ? index : null;
  };
  const open = (index: number | null) => {
    const cell = index === null ? undefined : cells[index];
    if (cell !== undefined) onOpen(cell);
  };
  const move = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') return open(at);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow, ArrowUp: -perRow }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setAt(Math.min(cells.length - 1, Math.max(0, at === null ? 0 : at + step)));
  };
  const current = at === null ? undefined : cells[at];
  return (
    <div className="stack tight">
      <canvas
        ref={canvas}
        className="partition-grid"
        style={{ height: rows * pitch }}
        role="application"
        aria-label={`${countedText(cells.length, 'partition')} as squares. Arrow keys move, Enter opens.`}
        tabIndex={0}
        onKeyDown={move}
        onMouseMove={(event) => setAt(indexOf(event))}
        onClick={(event) => open(indexOf(event))}
      />
      <p className="small partition-said" aria-live="polite">
        {current === undefined ? (
          <span className="soft">Point at a square, or use the arrow keys; Enter opens it.</span>
        ) : (
          <>
            <b className="anywhere clamped">{current.name}</b>
            <span className="soft"> {cellText(current, palette)}</span>
          </>
        )}
      </p>
    </div>
  );
}

/** What a cell says, beside its name. */
export function cellText(cell: PartitionCell, palette: Palette): string {
  const score = cell.cv === null ? '' : ` · ${cell.algorithm ?? ''} ${numberText(cell.cv)}`;
  return `${countedText(cell.rows, 'row')} · ${palette.swatchOf(cell).word}${score}`;
}

type Painting = {
  readonly cells: readonly PartitionCell[];
  readonly palette: Palette;
  readonly pitch: number;
  readonly perRow: number;
  readonly rows: number;
  readonly at: number | null;
};

function usePainting(ref: React.RefObject<HTMLCanvasElement | null>, painting: Painting): void {
  const theme = useTheme();
  const { cells, palette, pitch, perRow, rows, at } = painting;
  useEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext('2d');
    if (canvas === null || context === null || context === undefined) return;
    const scale = window.devicePixelRatio;
    canvas.width = perRow * pitch * scale;
    canvas.height = rows * pitch * scale;
    canvas.style.width = `${perRow * pitch}px`;
    context.scale(scale, scale);
    const resolve = colourReader(canvas);
    const gap = pitch > 12 ? 3 : pitch < 10 ? 1 : 2;
    cells.forEach((cell, index) => {
      const x = (index % perRow) * pitch;
      const y = Math.floor(index / perRow) * pitch;
      context.fillStyle = resolve(palette.swatchOf(cell).colour);
      context.fillRect(x, y, pitch - gap, pitch - gap);
      if (index !== at) return;
      context.strokeStyle = resolve('--ink');
      context.lineWidth = 2;
      context.strokeRect(x - 0.5, y - 0.5, pitch - gap + 1, pitch - gap + 1);
    });
  }, [ref, theme, cells, palette, pitch, perRow, rows, at]);
}

/** Canvas knows no `light-dark()`: the browser resolves each property once per painting, through a real element. */
function colourReader(canvas: HTMLCanvasElement): (property: string) => string {
  const known = new Map<string, string>();
  return (property) => {
    const found = known.get(property);
    if (found !== undefined) return found;
    canvas.style.color = `var(${property})`;
    const colour = getComputedStyle(canvas).color;
    canvas.style.color = '';
    known.set(property, colour);
    return colour;
  };
}

/** Changes when the colours of the page do. */
function useTheme(): string {
  const [theme, setTheme] = useState('');
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const look = () =>
      setTheme(`${document.documentElement.dataset['theme'] ?? ''} ${dark.matches}`);
    const observer = new MutationObserver(look);
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    dark.addEventListener('change', look);
    look();
    return () => {
      observer.disconnect();
      dark.removeEventListener('change', look);
    };
  }, []);
  return theme;
}

function useWidth(ref: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(960);
  useEffect(() => {
    const parent = ref.current?.parentElement;
    if (parent === null || parent === undefined) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 960));
    observer.observe(parent);
    return () => observer.disconnect();
  }, [ref]);
  return width;
}
