// Made by `npm run generate:html` from the .hbs files beside it; not to be edited.
// @ts-nocheck
export const TEMPLATES: Record<string, unknown> = {
  "conformance": {"0":function(container,depth0,helpers,partials,data) {
    return " class=\"failed\"";
},"1":function(container,depth0,helpers,partials,data) {
    return " class=\"skipped\"";
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<tr><td>"
    + alias4(((helper = (helper = lookupProperty(helpers,"name") || (depth0 != null ? lookupProperty(depth0,"name") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":60,"column":8},"end":{"line":60,"column":16}}}) : helper)))
    + "</td><td class=\"n\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"total") || (depth0 != null ? lookupProperty(depth0,"total") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"total","hash":{},"data":data,"loc":{"start":{"line":60,"column":35},"end":{"line":60,"column":44}}}) : helper)))
    + "</td><td class=\"n\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"passed") || (depth0 != null ? lookupProperty(depth0,"passed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"passed","hash":{},"data":data,"loc":{"start":{"line":60,"column":63},"end":{"line":60,"column":73}}}) : helper)))
    + "</td><td class=\"n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"failed") : depth0),{"name":"if","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":60,"column":90},"end":{"line":60,"column":118}}})) != null ? stack1 : "")
    + "\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"failed") || (depth0 != null ? lookupProperty(depth0,"failed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"failed","hash":{},"data":data,"loc":{"start":{"line":60,"column":120},"end":{"line":60,"column":130}}}) : helper)))
    + "</td><td class=\"n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"skipped") : depth0),{"name":"if","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":60,"column":147},"end":{"line":60,"column":177}}})) != null ? stack1 : "")
    + "\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"skipped") || (depth0 != null ? lookupProperty(depth0,"skipped") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"skipped","hash":{},"data":data,"loc":{"start":{"line":60,"column":179},"end":{"line":60,"column":190}}}) : helper)))
    + "</td><td class=\"bar\"><meter min=\"0\" max=\""
    + alias4(((helper = (helper = lookupProperty(helpers,"total") || (depth0 != null ? lookupProperty(depth0,"total") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"total","hash":{},"data":data,"loc":{"start":{"line":60,"column":231},"end":{"line":60,"column":240}}}) : helper)))
    + "\" value=\""
    + alias4(((helper = (helper = lookupProperty(helpers,"passed") || (depth0 != null ? lookupProperty(depth0,"passed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"passed","hash":{},"data":data,"loc":{"start":{"line":60,"column":249},"end":{"line":60,"column":259}}}) : helper)))
    + "\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"passed") || (depth0 != null ? lookupProperty(depth0,"passed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"passed","hash":{},"data":data,"loc":{"start":{"line":60,"column":261},"end":{"line":60,"column":271}}}) : helper)))
    + " of "
    + alias4(((helper = (helper = lookupProperty(helpers,"total") || (depth0 != null ? lookupProperty(depth0,"total") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"total","hash":{},"data":data,"loc":{"start":{"line":60,"column":275},"end":{"line":60,"column":284}}}) : helper)))
    + "</meter></td></tr>\n";
},"3":function(container,depth0,helpers,partials,data) {
    return " failed";
},"4":function(container,depth0,helpers,partials,data) {
    return " skipped";
},"5":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<details"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"failed") : depth0),{"name":"if","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":65,"column":8},"end":{"line":65,"column":34}}})) != null ? stack1 : "")
    + ">\n<summary><b>"
    + alias4(((helper = (helper = lookupProperty(helpers,"name") || (depth0 != null ? lookupProperty(depth0,"name") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":66,"column":12},"end":{"line":66,"column":20}}}) : helper)))
    + "</b>: "
    + alias4(((helper = (helper = lookupProperty(helpers,"passed") || (depth0 != null ? lookupProperty(depth0,"passed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"passed","hash":{},"data":data,"loc":{"start":{"line":66,"column":26},"end":{"line":66,"column":36}}}) : helper)))
    + " of "
    + alias4(((helper = (helper = lookupProperty(helpers,"total") || (depth0 != null ? lookupProperty(depth0,"total") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"total","hash":{},"data":data,"loc":{"start":{"line":66,"column":40},"end":{"line":66,"column":49}}}) : helper)))
    + " agree"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"failed") : depth0),{"name":"if","hash":{},"fn":container.program(7, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":66,"column":55},"end":{"line":66,"column":123}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"skipped") : depth0),{"name":"if","hash":{},"fn":container.program(8, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":66,"column":123},"end":{"line":66,"column":195}}})) != null ? stack1 : "")
    + "</summary>\n<ul class=\"cases\">\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,(depth0 != null ? lookupProperty(depth0,"cases") : depth0),{"name":"each","hash":{},"fn":container.program(9, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":68,"column":0},"end":{"line":70,"column":9}}})) != null ? stack1 : "")
    + "</ul>\n</details>\n";
},"6":function(container,depth0,helpers,partials,data) {
    return " open";
},"7":function(container,depth0,helpers,partials,data) {
    var helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ", <span class=\"failed\">"
    + container.escapeExpression(((helper = (helper = lookupProperty(helpers,"failed") || (depth0 != null ? lookupProperty(depth0,"failed") : depth0)) != null ? helper : container.hooks.helperMissing),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"failed","hash":{},"data":data,"loc":{"start":{"line":66,"column":92},"end":{"line":66,"column":102}}}) : helper)))
    + " differ</span>";
},"8":function(container,depth0,helpers,partials,data) {
    var helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ", <span class=\"skipped\">"
    + container.escapeExpression(((helper = (helper = lookupProperty(helpers,"skipped") || (depth0 != null ? lookupProperty(depth0,"skipped") : depth0)) != null ? helper : container.hooks.helperMissing),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"skipped","hash":{},"data":data,"loc":{"start":{"line":66,"column":162},"end":{"line":66,"column":173}}}) : helper)))
    + " skipped</span>";
},"9":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<li><span class=\""
    + alias4(((helper = (helper = lookupProperty(helpers,"status") || (depth0 != null ? lookupProperty(depth0,"status") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"status","hash":{},"data":data,"loc":{"start":{"line":69,"column":17},"end":{"line":69,"column":27}}}) : helper)))
    + "\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"status") || (depth0 != null ? lookupProperty(depth0,"status") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"status","hash":{},"data":data,"loc":{"start":{"line":69,"column":29},"end":{"line":69,"column":39}}}) : helper)))
    + "</span><span class=\"name\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"name") || (depth0 != null ? lookupProperty(depth0,"name") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":69,"column":65},"end":{"line":69,"column":73}}}) : helper)))
    + "</span><div>"
    + alias4(((helper = (helper = lookupProperty(helpers,"about") || (depth0 != null ? lookupProperty(depth0,"about") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"about","hash":{},"data":data,"loc":{"start":{"line":69,"column":85},"end":{"line":69,"column":94}}}) : helper)))
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"reason") : depth0),{"name":"if","hash":{},"fn":container.program(10, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":69,"column":94},"end":{"line":69,"column":148}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"diff") : depth0),{"name":"if","hash":{},"fn":container.program(11, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":69,"column":148},"end":{"line":69,"column":186}}})) != null ? stack1 : "")
    + "</div></li>\n";
},"10":function(container,depth0,helpers,partials,data) {
    var helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<div class=\"why\">"
    + container.escapeExpression(((helper = (helper = lookupProperty(helpers,"reason") || (depth0 != null ? lookupProperty(depth0,"reason") : depth0)) != null ? helper : container.hooks.helperMissing),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"reason","hash":{},"data":data,"loc":{"start":{"line":69,"column":125},"end":{"line":69,"column":135}}}) : helper)))
    + "</div>";
},"11":function(container,depth0,helpers,partials,data) {
    var helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<pre>"
    + container.escapeExpression(((helper = (helper = lookupProperty(helpers,"diff") || (depth0 != null ? lookupProperty(depth0,"diff") : depth0)) != null ? helper : container.hooks.helperMissing),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"diff","hash":{},"data":data,"loc":{"start":{"line":69,"column":165},"end":{"line":69,"column":173}}}) : helper)))
    + "</pre>";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>"
    + alias4(((helper = (helper = lookupProperty(helpers,"title") || (depth0 != null ? lookupProperty(depth0,"title") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":7,"column":7},"end":{"line":7,"column":16}}}) : helper)))
    + "</title>\n<style>\n:root {\n  color-scheme: light dark;\n  --text: light-dark(#1f2328, #e6edf3); --page: light-dark(#fff, #0d1117);\n  --ok: light-dark(#1a7f37, #3fb950); --bad: light-dark(#cf222e, #f85149); --skip: light-dark(#8a5a00, #d29922);\n  --line: light-dark(#d1d9e0, #30363d); --soft: light-dark(#f6f8fa, #161b22); --dim: light-dark(#59636e, #9198a1);\n}\nbody { color: var(--text); background: var(--page); font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }\nh1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }\np.sub { margin: 0; color: var(--dim); }\nul { list-style: none; padding: 0; margin: 0; }\nul.figures { display: flex; flex-wrap: wrap; gap: 1rem 2.25rem; margin: 1.5rem 0 2rem; font-size: .9rem; }\nul.figures b { display: block; font-size: 1.8rem; line-height: 1.15; font-variant-numeric: tabular-nums; }\n.passed { color: var(--ok); } .failed { color: var(--bad); } .skipped { color: var(--skip); }\ntable { border-collapse: collapse; width: 100%; margin: 0 0 2rem; }\nth, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }\nth { font-size: .85rem; color: var(--dim); font-weight: 600; }\nth:first-child, td:first-child { padding-left: 0; overflow-wrap: anywhere; }\ntd.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }\nth.bar { width: 8rem; }\nmeter { width: 100%; height: .9rem; display: block; }\ndetails { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; overflow: hidden; }\nsummary { padding: .5rem .75rem; cursor: pointer; }\ndetails[open] summary { border-bottom: 1px solid var(--line); background: var(--soft); }\nul.cases { font-size: .9rem; }\nul.cases li { display: grid; grid-template-columns: 4rem minmax(0, 17rem) minmax(0, 1fr); gap: 0 1rem; padding: .4rem .75rem; }\nul.cases li + li { border-top: 1px solid var(--line); }\n.name { font: .85rem/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }\n.why { color: var(--dim); font-style: italic; }\npre { margin: .4rem 0 .2rem; padding: .5rem .6rem; overflow-x: auto; border-radius: .3rem; background: var(--soft); font-size: .8rem; }\n@media (max-width: 44rem) {\n  body { margin: 1rem auto; }\n  th, td { padding: .35rem .3rem; }\n  .bar { display: none; }\n  ul.cases li { grid-template-columns: minmax(0, 1fr); }\n}\n@media print { details { break-inside: avoid; } }\n</style>\n</head>\n<body>\n<h1>"
    + alias4(((helper = (helper = lookupProperty(helpers,"title") || (depth0 != null ? lookupProperty(depth0,"title") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":48,"column":4},"end":{"line":48,"column":13}}}) : helper)))
    + "</h1>\n<p class=\"sub\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"subtitle") || (depth0 != null ? lookupProperty(depth0,"subtitle") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"subtitle","hash":{},"data":data,"loc":{"start":{"line":49,"column":15},"end":{"line":49,"column":27}}}) : helper)))
    + "</p>\n<ul class=\"figures\">\n<li><b>"
    + alias4(((helper = (helper = lookupProperty(helpers,"total") || (depth0 != null ? lookupProperty(depth0,"total") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"total","hash":{},"data":data,"loc":{"start":{"line":51,"column":7},"end":{"line":51,"column":16}}}) : helper)))
    + "</b> cases</li>\n<li class=\"passed\"><b>"
    + alias4(((helper = (helper = lookupProperty(helpers,"passed") || (depth0 != null ? lookupProperty(depth0,"passed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"passed","hash":{},"data":data,"loc":{"start":{"line":52,"column":22},"end":{"line":52,"column":32}}}) : helper)))
    + "</b> agree</li>\n<li"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"failed") : depth0),{"name":"if","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":53,"column":3},"end":{"line":53,"column":39}}})) != null ? stack1 : "")
    + "><b>"
    + alias4(((helper = (helper = lookupProperty(helpers,"failed") || (depth0 != null ? lookupProperty(depth0,"failed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"failed","hash":{},"data":data,"loc":{"start":{"line":53,"column":43},"end":{"line":53,"column":53}}}) : helper)))
    + "</b> differ</li>\n<li"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"skipped") : depth0),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":54,"column":3},"end":{"line":54,"column":41}}})) != null ? stack1 : "")
    + "><b>"
    + alias4(((helper = (helper = lookupProperty(helpers,"skipped") || (depth0 != null ? lookupProperty(depth0,"skipped") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"skipped","hash":{},"data":data,"loc":{"start":{"line":54,"column":45},"end":{"line":54,"column":56}}}) : helper)))
    + "</b> skipped, with a reason</li>\n</ul>\n<table>\n<thead><tr><th>Area</th><th class=\"n\">Cases</th><th class=\"n\">Agree</th><th class=\"n\">Differ</th><th class=\"n\">Skipped</th><th class=\"bar\"></th></tr></thead>\n<tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,(depth0 != null ? lookupProperty(depth0,"areas") : depth0),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":59,"column":0},"end":{"line":61,"column":9}}})) != null ? stack1 : "")
    + "</tbody>\n</table>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,(depth0 != null ? lookupProperty(depth0,"areas") : depth0),{"name":"each","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":64,"column":0},"end":{"line":73,"column":9}}})) != null ? stack1 : "")
    + "</body>\n</html>\n";
},"useData":true},
  "plan": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<h2>"
    + alias4(((helper = (helper = lookupProperty(helpers,"name") || (depth0 != null ? lookupProperty(depth0,"name") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":27,"column":4},"end":{"line":27,"column":12}}}) : helper)))
    + "</h2>\n<p>"
    + alias4(((helper = (helper = lookupProperty(helpers,"summary") || (depth0 != null ? lookupProperty(depth0,"summary") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"summary","hash":{},"data":data,"loc":{"start":{"line":28,"column":3},"end":{"line":28,"column":14}}}) : helper)))
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"file") : depth0),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":28,"column":14},"end":{"line":28,"column":49}}})) != null ? stack1 : "")
    + "</p>\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"errors") : depth0),{"name":"if","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":29,"column":0},"end":{"line":29,"column":76}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"lines") : depth0),{"name":"if","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":30,"column":0},"end":{"line":38,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"unchanged") : depth0),{"name":"if","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":39,"column":0},"end":{"line":40,"column":7}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,(depth0 != null ? lookupProperty(depth0,"notes") : depth0),{"name":"each","hash":{},"fn":container.program(7, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":40,"column":7},"end":{"line":41,"column":9}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"expected") : depth0),{"name":"if","hash":{},"fn":container.program(8, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":41,"column":9},"end":{"line":41,"column":129}}})) != null ? stack1 : "")
    + "\n";
},"1":function(container,depth0,helpers,partials,data) {
    var helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ", as in "
    + container.escapeExpression(((helper = (helper = lookupProperty(helpers,"file") || (depth0 != null ? lookupProperty(depth0,"file") : depth0)) != null ? helper : container.hooks.helperMissing),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"file","hash":{},"data":data,"loc":{"start":{"line":28,"column":34},"end":{"line":28,"column":42}}}) : helper)));
},"2":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),(depth0 != null ? lookupProperty(depth0,"errors") : depth0),{"name":"each","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":29,"column":14},"end":{"line":29,"column":69}}})) != null ? stack1 : "");
},"3":function(container,depth0,helpers,partials,data) {
    return "<p class=\"errors\">"
    + container.escapeExpression(container.lambda(depth0, depth0))
    + "</p>";
},"4":function(container,depth0,helpers,partials,data) {
    var stack1, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<table>\n<tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(depth0 != null ? depth0 : (container.nullContext || {}),(depth0 != null ? lookupProperty(depth0,"lines") : depth0),{"name":"each","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":33,"column":0},"end":{"line":35,"column":9}}})) != null ? stack1 : "")
    + "</tbody>\n</table>\n";
},"5":function(container,depth0,helpers,partials,data) {
    var helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<tr class=\""
    + alias4(((helper = (helper = lookupProperty(helpers,"kind") || (depth0 != null ? lookupProperty(depth0,"kind") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"kind","hash":{},"data":data,"loc":{"start":{"line":34,"column":11},"end":{"line":34,"column":19}}}) : helper)))
    + "\"><td class=\"mark\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"mark") || (depth0 != null ? lookupProperty(depth0,"mark") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"mark","hash":{},"data":data,"loc":{"start":{"line":34,"column":38},"end":{"line":34,"column":46}}}) : helper)))
    + "</td><td class=\"name\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"name") || (depth0 != null ? lookupProperty(depth0,"name") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":34,"column":68},"end":{"line":34,"column":76}}}) : helper)))
    + "</td><td class=\"verb\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"verb") || (depth0 != null ? lookupProperty(depth0,"verb") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"verb","hash":{},"data":data,"loc":{"start":{"line":34,"column":98},"end":{"line":34,"column":106}}}) : helper)))
    + "</td><td>"
    + alias4(((helper = (helper = lookupProperty(helpers,"why") || (depth0 != null ? lookupProperty(depth0,"why") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"why","hash":{},"data":data,"loc":{"start":{"line":34,"column":115},"end":{"line":34,"column":122}}}) : helper)))
    + "</td></tr>\n";
},"6":function(container,depth0,helpers,partials,data) {
    var helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<details><summary>"
    + alias4(((helper = (helper = lookupProperty(helpers,"unchangedCount") || (depth0 != null ? lookupProperty(depth0,"unchangedCount") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"unchangedCount","hash":{},"data":data,"loc":{"start":{"line":39,"column":35},"end":{"line":39,"column":53}}}) : helper)))
    + " unchanged</summary><p class=\"kept\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"unchanged") || (depth0 != null ? lookupProperty(depth0,"unchanged") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"unchanged","hash":{},"data":data,"loc":{"start":{"line":39,"column":89},"end":{"line":39,"column":102}}}) : helper)))
    + "</p></details>\n";
},"7":function(container,depth0,helpers,partials,data) {
    return "<p>"
    + container.escapeExpression(container.lambda(depth0, depth0))
    + "</p>\n";
},"8":function(container,depth0,helpers,partials,data) {
    var helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<p>To let the deletions go, commit with the change: <code>"
    + alias4(((helper = (helper = lookupProperty(helpers,"annotation") || (depth0 != null ? lookupProperty(depth0,"annotation") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"annotation","hash":{},"data":data,"loc":{"start":{"line":41,"column":83},"end":{"line":41,"column":97}}}) : helper)))
    + ": "
    + alias4(((helper = (helper = lookupProperty(helpers,"expected") || (depth0 != null ? lookupProperty(depth0,"expected") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"expected","hash":{},"data":data,"loc":{"start":{"line":41,"column":99},"end":{"line":41,"column":111}}}) : helper)))
    + "</code></p>";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>"
    + alias4(((helper = (helper = lookupProperty(helpers,"title") || (depth0 != null ? lookupProperty(depth0,"title") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":7,"column":7},"end":{"line":7,"column":16}}}) : helper)))
    + "</title>\n<style>\n:root { color-scheme: light dark; --create: #1a7f37; --update: #9a6700; --delete: #cf222e; --line: #8885; --soft: #8881; }\nbody { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }\nh2 { font-size: 1.15rem; margin: 2rem 0 .25rem; }\np { margin: .25rem 0; }\ntable { border-collapse: collapse; table-layout: fixed; width: 100%; margin: .75rem 0; }\ntd { padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }\ntd.mark, td.name { font-family: ui-monospace, monospace; font-size: .9rem; }\ntd.mark { width: 1rem; } td.name { width: 32%; } td.verb { width: 5.5rem; }\n.kept { overflow-wrap: anywhere; font-family: ui-monospace, monospace; font-size: .9rem; }\n.create { color: var(--create); } .update { color: var(--update); } .delete, .blocked { color: var(--delete); }\ncode { background: var(--soft); padding: .1rem .3rem; border-radius: .25rem; overflow-wrap: anywhere; }\n.errors { color: var(--delete); white-space: pre-wrap; }\nfooter { margin-top: 3rem; opacity: .7; font-size: .85rem; }\n</style>\n</head>\n<body>\n<h1>"
    + alias4(((helper = (helper = lookupProperty(helpers,"title") || (depth0 != null ? lookupProperty(depth0,"title") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":25,"column":4},"end":{"line":25,"column":13}}}) : helper)))
    + "</h1>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,(depth0 != null ? lookupProperty(depth0,"sets") : depth0),{"name":"each","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":26,"column":0},"end":{"line":42,"column":9}}})) != null ? stack1 : "")
    + "<footer>appset "
    + alias4(((helper = (helper = lookupProperty(helpers,"version") || (depth0 != null ? lookupProperty(depth0,"version") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"version","hash":{},"data":data,"loc":{"start":{"line":43,"column":15},"end":{"line":43,"column":26}}}) : helper)))
    + "</footer>\n</body>\n</html>\n";
},"useData":true},
  "render": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<h2>"
    + alias4(((helper = (helper = lookupProperty(helpers,"name") || (depth0 != null ? lookupProperty(depth0,"name") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":23,"column":4},"end":{"line":23,"column":12}}}) : helper)))
    + ": "
    + alias4(((helper = (helper = lookupProperty(helpers,"count") || (depth0 != null ? lookupProperty(depth0,"count") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"count","hash":{},"data":data,"loc":{"start":{"line":23,"column":14},"end":{"line":23,"column":23}}}) : helper)))
    + "</h2>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,(depth0 != null ? lookupProperty(depth0,"errors") : depth0),{"name":"each","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":24,"column":0},"end":{"line":24,"column":55}}})) != null ? stack1 : "")
    + "\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,(depth0 != null ? lookupProperty(depth0,"applications") : depth0),{"name":"each","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":25,"column":0},"end":{"line":27,"column":9}}})) != null ? stack1 : "");
},"1":function(container,depth0,helpers,partials,data) {
    return "<p class=\"errors\">"
    + container.escapeExpression(container.lambda(depth0, depth0))
    + "</p>";
},"2":function(container,depth0,helpers,partials,data) {
    var helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<details><summary>"
    + alias4(((helper = (helper = lookupProperty(helpers,"name") || (depth0 != null ? lookupProperty(depth0,"name") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":26,"column":18},"end":{"line":26,"column":26}}}) : helper)))
    + " <span>"
    + alias4(((helper = (helper = lookupProperty(helpers,"cluster") || (depth0 != null ? lookupProperty(depth0,"cluster") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"cluster","hash":{},"data":data,"loc":{"start":{"line":26,"column":33},"end":{"line":26,"column":44}}}) : helper)))
    + " "
    + alias4(((helper = (helper = lookupProperty(helpers,"source") || (depth0 != null ? lookupProperty(depth0,"source") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"source","hash":{},"data":data,"loc":{"start":{"line":26,"column":45},"end":{"line":26,"column":55}}}) : helper)))
    + "</span></summary><pre>"
    + alias4(((helper = (helper = lookupProperty(helpers,"yaml") || (depth0 != null ? lookupProperty(depth0,"yaml") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"yaml","hash":{},"data":data,"loc":{"start":{"line":26,"column":77},"end":{"line":26,"column":85}}}) : helper)))
    + "</pre></details>\n";
},"compiler":[8,">= 4.3.0"],"main":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>"
    + alias4(((helper = (helper = lookupProperty(helpers,"title") || (depth0 != null ? lookupProperty(depth0,"title") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":7,"column":7},"end":{"line":7,"column":16}}}) : helper)))
    + "</title>\n<style>\n:root { color-scheme: light dark; --bad: #cf222e; --line: #8885; --soft: #8881; }\nbody { font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }\nh2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }\ndetails { border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; }\nsummary { padding: .4rem .75rem; cursor: pointer; overflow-wrap: anywhere; }\nsummary span { opacity: .7; }\npre { margin: 0; padding: .75rem; overflow-x: auto; background: var(--soft); font-size: .85rem; }\n.errors { color: var(--bad); white-space: pre-wrap; }\nfooter { margin-top: 3rem; opacity: .7; font-size: .85rem; }\n</style>\n</head>\n<body>\n<h1>"
    + alias4(((helper = (helper = lookupProperty(helpers,"title") || (depth0 != null ? lookupProperty(depth0,"title") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":21,"column":4},"end":{"line":21,"column":13}}}) : helper)))
    + "</h1>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,(depth0 != null ? lookupProperty(depth0,"sets") : depth0),{"name":"each","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":22,"column":0},"end":{"line":28,"column":9}}})) != null ? stack1 : "")
    + "<footer>appset "
    + alias4(((helper = (helper = lookupProperty(helpers,"version") || (depth0 != null ? lookupProperty(depth0,"version") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"version","hash":{},"data":data,"loc":{"start":{"line":29,"column":15},"end":{"line":29,"column":26}}}) : helper)))
    + "</footer>\n</body>\n</html>\n";
},"useData":true},
};
