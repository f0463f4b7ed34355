import java.nio.file.Path;
import java.util.Map;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/** Runs one node until it is killed: {@code java -cp 'lib/*' TestNode.java HOME NAME=VALUE...} */
class TestNode {
    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        var settings = Settings.builder().put("path.home", home.toString());
        for (int i = 1; i < arguments.length; i++) {
            int equals = arguments[i].indexOf('=');
            settings.put(arguments[i].substring(0, equals), arguments[i].substring(equals + 1));
        }
        var environment = new Environment(settings.build(), home.resolve("config"));
        LogConfigurator.configureWithoutConfig(environment.settings());
        var http = PluginsLoader.loadModulesBundles(home.resolve("modules"));
        var none = PluginsLoader.loadPluginsBundles(home.resolve("plugins"));
        var node = new Node(environment, PluginsLoader.createPluginsLoader(http, none, Map.of(), false));
        node.start();
        Thread.currentThread().join();
    }
}
