// Vega draws each plot from the specification beside it; `ast` keeps it from compiling code, which the page's policy forbids.
for (const plot of document.querySelectorAll(".plot")) {
  const options = { actions: false, ast: true, renderer: "svg", tooltip: { theme: "custom" } };
  vegaEmbed(plot, JSON.parse(plot.nextElementSibling.textContent), options);
}
