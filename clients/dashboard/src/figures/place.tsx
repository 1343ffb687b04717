import { useState } from "preact/hooks";
import { useDesk } from "../context.js";
import { useReading } from "../ui/action.js";
import { AgentsCard } from "./agents.js";
import { ChartCard } from "./chart.js";
import { Controls, type Days, HERE } from "./controls.js";
import { OverviewCard } from "./overview.js";
import "./figures.css";

/** Figures of what was done. */
export function FiguresPlace() {
  const { desk, language } = useDesk();
  const { common, figures } = language.texts;
  const [days, setDays] = useState<Days>({ period: "7days", tz: HERE });
  const overview = useReading("overview", () => desk.call(api => api.GET("/api/analytics/overview")));
  const charts = useReading(`${days.period} ${days.tz}`, () =>
    desk.call(api => api.GET("/api/analytics/charts", { params: { query: days } })),
  );
  const agents = useReading("agents", () => desk.call(api => api.GET("/api/analytics/agents")));
  const refresh = () => {
    overview.reload();
    charts.reload();
    agents.reload();
  };
  return (
    <div class="page figures-place">
      <header>
        <h1>{common.places.figures}</h1>
        <button type="button" onClick={refresh}>
          {figures.refresh}
        </button>
      </header>
      <OverviewCard reading={overview} />
      <div class="controls">
        <Controls days={days} change={setDays} />
      </div>
      <div class="charts">
        <ChartCard of="conversations" reading={charts} />
        <ChartCard of="messages" reading={charts} />
      </div>
      <AgentsCard reading={agents} />
    </div>
  );
}
