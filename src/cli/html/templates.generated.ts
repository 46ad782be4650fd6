// Made by `npm run generate:html` from the .hbs files beside it; not to be edited.
// @ts-nocheck
export const TEMPLATES: Record<string, unknown> = {
  "conformance": {"0":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<tr><td>"
    + alias4(((helper = (helper = lookupProperty(helpers,"name") || (depth0 != null ? lookupProperty(depth0,"name") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":41,"column":8},"end":{"line":41,"column":16}}}) : helper)))
    + "</td><td class=\"n\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"total") || (depth0 != null ? lookupProperty(depth0,"total") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"total","hash":{},"data":data,"loc":{"start":{"line":41,"column":35},"end":{"line":41,"column":44}}}) : helper)))
    + "</td><td class=\"n\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"passed") || (depth0 != null ? lookupProperty(depth0,"passed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"passed","hash":{},"data":data,"loc":{"start":{"line":41,"column":63},"end":{"line":41,"column":73}}}) : helper)))
    + "</td><td class=\"n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"failed") : depth0),{"name":"if","hash":{},"fn":container.program(1, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":41,"column":90},"end":{"line":41,"column":118}}})) != null ? stack1 : "")
    + "\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"failed") || (depth0 != null ? lookupProperty(depth0,"failed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"failed","hash":{},"data":data,"loc":{"start":{"line":41,"column":120},"end":{"line":41,"column":130}}}) : helper)))
    + "</td><td class=\"n"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"skipped") : depth0),{"name":"if","hash":{},"fn":container.program(2, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":41,"column":147},"end":{"line":41,"column":177}}})) != null ? stack1 : "")
    + "\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"skipped") || (depth0 != null ? lookupProperty(depth0,"skipped") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"skipped","hash":{},"data":data,"loc":{"start":{"line":41,"column":179},"end":{"line":41,"column":190}}}) : helper)))
    + "</td><td><meter min=\"0\" max=\""
    + alias4(((helper = (helper = lookupProperty(helpers,"total") || (depth0 != null ? lookupProperty(depth0,"total") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"total","hash":{},"data":data,"loc":{"start":{"line":41,"column":219},"end":{"line":41,"column":228}}}) : helper)))
    + "\" value=\""
    + alias4(((helper = (helper = lookupProperty(helpers,"passed") || (depth0 != null ? lookupProperty(depth0,"passed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"passed","hash":{},"data":data,"loc":{"start":{"line":41,"column":237},"end":{"line":41,"column":247}}}) : helper)))
    + "\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"passed") || (depth0 != null ? lookupProperty(depth0,"passed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"passed","hash":{},"data":data,"loc":{"start":{"line":41,"column":249},"end":{"line":41,"column":259}}}) : helper)))
    + " of "
    + alias4(((helper = (helper = lookupProperty(helpers,"total") || (depth0 != null ? lookupProperty(depth0,"total") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"total","hash":{},"data":data,"loc":{"start":{"line":41,"column":263},"end":{"line":41,"column":272}}}) : helper)))
    + "</meter></td></tr>\n";
},"1":function(container,depth0,helpers,partials,data) {
    return " failed";
},"2":function(container,depth0,helpers,partials,data) {
    return " skipped";
},"3":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<details"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"failed") : depth0),{"name":"if","hash":{},"fn":container.program(4, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":46,"column":8},"end":{"line":46,"column":34}}})) != null ? stack1 : "")
    + ">\n<summary><b>"
    + alias4(((helper = (helper = lookupProperty(helpers,"name") || (depth0 != null ? lookupProperty(depth0,"name") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":47,"column":12},"end":{"line":47,"column":20}}}) : helper)))
    + "</b>: "
    + alias4(((helper = (helper = lookupProperty(helpers,"passed") || (depth0 != null ? lookupProperty(depth0,"passed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"passed","hash":{},"data":data,"loc":{"start":{"line":47,"column":26},"end":{"line":47,"column":36}}}) : helper)))
    + " of "
    + alias4(((helper = (helper = lookupProperty(helpers,"total") || (depth0 != null ? lookupProperty(depth0,"total") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"total","hash":{},"data":data,"loc":{"start":{"line":47,"column":40},"end":{"line":47,"column":49}}}) : helper)))
    + " agree"
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"failed") : depth0),{"name":"if","hash":{},"fn":container.program(5, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":47,"column":55},"end":{"line":47,"column":123}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"skipped") : depth0),{"name":"if","hash":{},"fn":container.program(6, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":47,"column":123},"end":{"line":47,"column":195}}})) != null ? stack1 : "")
    + "</summary>\n<table>\n<tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,(depth0 != null ? lookupProperty(depth0,"cases") : depth0),{"name":"each","hash":{},"fn":container.program(7, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":50,"column":0},"end":{"line":52,"column":9}}})) != null ? stack1 : "")
    + "</tbody>\n</table>\n</details>\n";
},"4":function(container,depth0,helpers,partials,data) {
    return " open";
},"5":function(container,depth0,helpers,partials,data) {
    var helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ", <span class=\"failed\">"
    + container.escapeExpression(((helper = (helper = lookupProperty(helpers,"failed") || (depth0 != null ? lookupProperty(depth0,"failed") : depth0)) != null ? helper : container.hooks.helperMissing),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"failed","hash":{},"data":data,"loc":{"start":{"line":47,"column":92},"end":{"line":47,"column":102}}}) : helper)))
    + " differ</span>";
},"6":function(container,depth0,helpers,partials,data) {
    var helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return ", <span class=\"skipped\">"
    + container.escapeExpression(((helper = (helper = lookupProperty(helpers,"skipped") || (depth0 != null ? lookupProperty(depth0,"skipped") : depth0)) != null ? helper : container.hooks.helperMissing),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"skipped","hash":{},"data":data,"loc":{"start":{"line":47,"column":162},"end":{"line":47,"column":173}}}) : helper)))
    + " skipped</span>";
},"7":function(container,depth0,helpers,partials,data) {
    var stack1, helper, alias1=depth0 != null ? depth0 : (container.nullContext || {}), alias2=container.hooks.helperMissing, alias3="function", alias4=container.escapeExpression, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<tr><td class=\""
    + alias4(((helper = (helper = lookupProperty(helpers,"status") || (depth0 != null ? lookupProperty(depth0,"status") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"status","hash":{},"data":data,"loc":{"start":{"line":51,"column":15},"end":{"line":51,"column":25}}}) : helper)))
    + "\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"status") || (depth0 != null ? lookupProperty(depth0,"status") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"status","hash":{},"data":data,"loc":{"start":{"line":51,"column":27},"end":{"line":51,"column":37}}}) : helper)))
    + "</td><td class=\"name\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"name") || (depth0 != null ? lookupProperty(depth0,"name") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"name","hash":{},"data":data,"loc":{"start":{"line":51,"column":59},"end":{"line":51,"column":67}}}) : helper)))
    + "</td><td>"
    + alias4(((helper = (helper = lookupProperty(helpers,"about") || (depth0 != null ? lookupProperty(depth0,"about") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"about","hash":{},"data":data,"loc":{"start":{"line":51,"column":76},"end":{"line":51,"column":85}}}) : helper)))
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"reason") : depth0),{"name":"if","hash":{},"fn":container.program(8, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":51,"column":85},"end":{"line":51,"column":129}}})) != null ? stack1 : "")
    + ((stack1 = lookupProperty(helpers,"if").call(alias1,(depth0 != null ? lookupProperty(depth0,"diff") : depth0),{"name":"if","hash":{},"fn":container.program(9, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":51,"column":129},"end":{"line":51,"column":167}}})) != null ? stack1 : "")
    + "</td></tr>\n";
},"8":function(container,depth0,helpers,partials,data) {
    var helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<br><em>"
    + container.escapeExpression(((helper = (helper = lookupProperty(helpers,"reason") || (depth0 != null ? lookupProperty(depth0,"reason") : depth0)) != null ? helper : container.hooks.helperMissing),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"reason","hash":{},"data":data,"loc":{"start":{"line":51,"column":107},"end":{"line":51,"column":117}}}) : helper)))
    + "</em>";
},"9":function(container,depth0,helpers,partials,data) {
    var helper, lookupProperty = container.lookupProperty || function(parent, propertyName) {
        if (Object.prototype.hasOwnProperty.call(parent, propertyName)) {
          return parent[propertyName];
        }
        return undefined
    };

  return "<pre>"
    + container.escapeExpression(((helper = (helper = lookupProperty(helpers,"diff") || (depth0 != null ? lookupProperty(depth0,"diff") : depth0)) != null ? helper : container.hooks.helperMissing),(typeof helper === "function" ? helper.call(depth0 != null ? depth0 : (container.nullContext || {}),{"name":"diff","hash":{},"data":data,"loc":{"start":{"line":51,"column":146},"end":{"line":51,"column":154}}}) : helper)))
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
    + "</title>\n<style>\n:root { color-scheme: light dark; --ok: #1a7f37; --bad: #cf222e; --skip: #9a6700; --line: #8885; --soft: #8881; }\nbody { font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }\nh1 { font-size: 1.5rem; margin-bottom: .25rem; }\np.sub { margin-top: 0; opacity: .75; }\nul.figures { display: flex; gap: 2rem; list-style: none; padding: 0; margin: 1.5rem 0; flex-wrap: wrap; }\nul.figures li { font-size: .9rem; }\nul.figures b { display: block; font-size: 1.8rem; line-height: 1.1; font-variant-numeric: tabular-nums; }\n.passed { color: var(--ok); } .failed { color: var(--bad); } .skipped { color: var(--skip); }\ntable { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }\nth, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }\ntd.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }\nmeter { width: 8rem; }\ndetails { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; }\nsummary { padding: .5rem .75rem; cursor: pointer; }\ndetails table { margin: 0; font-size: .9rem; }\ntd.name { font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere; }\npre { margin: .25rem 0 0; padding: .5rem; overflow-x: auto; background: var(--soft); font-size: .8rem; }\n</style>\n</head>\n<body>\n<h1>"
    + alias4(((helper = (helper = lookupProperty(helpers,"title") || (depth0 != null ? lookupProperty(depth0,"title") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"title","hash":{},"data":data,"loc":{"start":{"line":29,"column":4},"end":{"line":29,"column":13}}}) : helper)))
    + "</h1>\n<p class=\"sub\">"
    + alias4(((helper = (helper = lookupProperty(helpers,"subtitle") || (depth0 != null ? lookupProperty(depth0,"subtitle") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"subtitle","hash":{},"data":data,"loc":{"start":{"line":30,"column":15},"end":{"line":30,"column":27}}}) : helper)))
    + "</p>\n<ul class=\"figures\">\n<li><b>"
    + alias4(((helper = (helper = lookupProperty(helpers,"total") || (depth0 != null ? lookupProperty(depth0,"total") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"total","hash":{},"data":data,"loc":{"start":{"line":32,"column":7},"end":{"line":32,"column":16}}}) : helper)))
    + "</b> cases</li>\n<li class=\"passed\"><b>"
    + alias4(((helper = (helper = lookupProperty(helpers,"passed") || (depth0 != null ? lookupProperty(depth0,"passed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"passed","hash":{},"data":data,"loc":{"start":{"line":33,"column":22},"end":{"line":33,"column":32}}}) : helper)))
    + "</b> agree</li>\n<li class=\"failed\"><b>"
    + alias4(((helper = (helper = lookupProperty(helpers,"failed") || (depth0 != null ? lookupProperty(depth0,"failed") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"failed","hash":{},"data":data,"loc":{"start":{"line":34,"column":22},"end":{"line":34,"column":32}}}) : helper)))
    + "</b> differ</li>\n<li class=\"skipped\"><b>"
    + alias4(((helper = (helper = lookupProperty(helpers,"skipped") || (depth0 != null ? lookupProperty(depth0,"skipped") : depth0)) != null ? helper : alias2),(typeof helper === alias3 ? helper.call(alias1,{"name":"skipped","hash":{},"data":data,"loc":{"start":{"line":35,"column":23},"end":{"line":35,"column":34}}}) : helper)))
    + "</b> skipped, with a reason</li>\n</ul>\n<table>\n<thead><tr><th>Area</th><th class=\"n\">Cases</th><th class=\"n\">Agree</th><th class=\"n\">Differ</th><th class=\"n\">Skipped</th><th></th></tr></thead>\n<tbody>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,(depth0 != null ? lookupProperty(depth0,"areas") : depth0),{"name":"each","hash":{},"fn":container.program(0, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":40,"column":0},"end":{"line":42,"column":9}}})) != null ? stack1 : "")
    + "</tbody>\n</table>\n"
    + ((stack1 = lookupProperty(helpers,"each").call(alias1,(depth0 != null ? lookupProperty(depth0,"areas") : depth0),{"name":"each","hash":{},"fn":container.program(3, data, 0),"inverse":container.noop,"data":data,"loc":{"start":{"line":45,"column":0},"end":{"line":56,"column":9}}})) != null ? stack1 : "")
    + "</body>\n</html>\n";
},"useData":true},
};
