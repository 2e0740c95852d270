#!/usr/bin/env escript
%% The judge of the binary codec: Erlang/OTP megaco with numbers and termination ids of our own.
%%   otp_ber.escript encode TEXT...                 hex of each message in BER on stdout, a line each
%%   otp_ber.escript generate SEED N DIR            N messages: DIR/n.txt, and DIR/n.ber where OTP can
%%   otp_ber.escript compare DIR                    what trgwctl made of them in DIR/{ber,...} against OTP
%% OTP's ASN.1 coders do the encoding ([native] form). Its name table is narrower than ours, so names,
%% value types and termination ids are mapped here, independently of names.c.
-module(otp_ber).
-mode(compile).
-export([main/1, encode_name/3, decode_name/3]).

main(["encode" | Files]) ->
    [io:format("~s~n", [hex(ber(read_text(F)))]) || F <- Files];
main(["generate", Seed, N, Dir]) ->
    rand:seed(exsss, list_to_integer(Seed)),
    Bers = [generate(I, Dir) || I <- lists:seq(1, list_to_integer(N))],
    io:format("~s messages, ~w of them in BER~n", [N, length([x || true <- Bers])]);
main(["compare", Dir]) ->
    Texts = filelib:wildcard(Dir ++ "/*.txt"),
    Bad = lists:sum([compare(Dir, filename:basename(F, ".txt")) || F <- Texts]),
    io:format("~w messages compared, ~w disagreements~n", [length(Texts), Bad]),
    halt(case Bad of 0 when Texts =/= [] -> 0; _ -> 1 end).

hex(Bin) -> [io_lib:format("~2.16.0b", [B]) || <<B>> <= Bin].

%% ---- OTP's coders ---------------------------------------------------------------------------------

read_text(F) ->
    {ok, B} = file:read_file(F),
    case catch megaco_pretty_text_encoder:decode_message([], dynamic, B) of
        {ok, M} -> M;
        E -> io:format(standard_error, "~s: ~0P~n", [F, E, 30]), throw({refused, F})
    end.

version(M) -> element(2, element(3, M)).
asn(1) -> megaco_ber_media_gateway_control_v1;
asn(2) -> megaco_ber_media_gateway_control_v2;
asn(3) -> megaco_ber_media_gateway_control_v3.
trans(1) -> megaco_binary_transformer_v1;
trans(2) -> megaco_binary_transformer_v2;
trans(3) -> megaco_binary_transformer_v3.

%% Form of text to BER. The transformer knows no IPv6 identifier: it is put back afterwards.
ber(M) ->
    V = version(M),
    Mess = element(3, M),
    Mid = case element(3, Mess) of
              {mtpAddress, Hex} -> {mtpAddress, binary_to_list(binary:decode_hex(list_to_binary(Hex)))};
              Other -> Other
          end,
    Plain = setelement(3, M, setelement(3, Mess, {deviceName, "m"})),
    T = (trans(V)):tr_message(Plain, encode, [{binary_name_resolver, {?MODULE, []}}]),
    W = wrap(setelement(3, T, setelement(3, element(3, T), Mid))),
    {ok, B} = (asn(V)):encode('MegacoMessage', W),
    iolist_to_binary(B).

%% OTP finds no version behind an authentication header by itself.
native(V, F) ->
    {ok, B} = file:read_file(F),
    {ok, M} = (asn(V)):decode('MegacoMessage', B),
    M.

%% ---- numbers --------------------------------------------------------------------------------------

package(Name) ->
    Table = #{"g" => 1, "root" => 2, "nt" => 16#0b, "rtp" => 16#0c, "ds" => 16#8b, "gm" => 16#8c,
              "tman" => 16#8d, "ipdc" => 16#9d, "hangterm" => 16#98, "rtcph" => 16#b5,
              "adid" => 16#9c, "ipnapt" => 16#99, "it" => 16#45, "ocp" => 16#51, "chp" => 16#29,
              "ipra" => 16#e0, "seg" => 16#a3, "*" => 16#ffff},
    number(Name, Table).

number([$x | Hex] = Name, Table) when length(Hex) =:= 4 ->
    try list_to_integer(Hex, 16) catch _:_ -> maps:get(Name, Table) end;
number(Name, Table) -> maps:get(Name, Table).

%% {kind, "package/item"} => {number, type}; enumerations by the number of their first name.
item(Kind, Name) ->
    Enum = fun(First, Names) -> {enum, lists:zip(Names, lists:seq(First, First + length(Names) - 1))} end,
    maps:get({Kind, Name}, #{
        {property, "root/normalmgexecutiontime"} => {3, int},
        {property, "root/mgoriginatedpendinglimit"} => {8, int},
        {property, "root/mgprovisionalresponsetimervalue"} => {5, int},
        {property, "ds/dscp"} => {1, hex}, {property, "gm/saf"} => {1, bool},
        {property, "gm/sam"} => {2, string}, {property, "gm/spf"} => {3, bool},
        {property, "gm/spr"} => {4, int}, {property, "tman/pol"} => {1, bool},
        {property, "tman/sdr"} => {2, int}, {property, "tman/mbs"} => {3, int},
        {property, "tman/pdr"} => {4, int}, {property, "ipdc/realm"} => {1, string},
        {property, "ipra/ar"} => {1, string}, {property, "rtcph/rsb"} => {1, bool},
        {property, "nt/jit"} => {7, int},
        {event, "g/cause"} => {1, none}, {event, "nt/netfail"} => {5, none},
        {event, "nt/qualert"} => {6, none}, {event, "hangterm/thb"} => {1, none},
        {event, "adid/ipstop"} => {1, none}, {event, "it/ito"} => {1, none},
        {event, "ipra/arc"} => {1, none}, {event, "ocp/mg_overload"} => {1, none},
        {event, "chp/mgcon"} => {1, none}, {signal, "ipnapt/latch"} => {1, none},
        {statistics, "nt/dur"} => {1, int}, {statistics, "nt/os"} => {2, int},
        {statistics, "nt/or"} => {3, int}, {statistics, "gm/dp"} => {1, int},
        {statistics, "rtp/ps"} => {4, int},
        {observed, "g/cause/generalcause"} => {1, Enum(1, ["nr", "ur", "ft", "fp", "iw", "un"])},
        {observed, "g/cause/failurecause"} => {2, string}, {observed, "nt/netfail/cs"} => {1, string},
        {param, "nt/qualert/th"} => {1, int}, {param, "hangterm/thb/timerx"} => {1, int},
        {param, "adid/ipstop/dt"} => {1, int},
        {param, "adid/ipstop/dir"} => {2, Enum(0, ["in", "out", "both"])},
        {param, "it/ito/mit"} => {1, int}, {observed, "chp/mgcon/reduction"} => {1, int},
        {param, "ipnapt/latch/napt"} => {1, Enum(0, ["off", "latch", "relatch"])}}, unknown).

octets(N, Len) -> binary_to_list(<<N:(Len * 8)>>).

pkgd(Kind, Name) ->
    [Pkg, Item] = string:split(Name, "/"),
    Id = case item(Kind, Name) of
             {N, _} -> N;
             unknown when Item =:= "*" -> 16#ffff;
             unknown -> number(Item, #{})
         end,
    octets(package(Pkg), 2) ++ octets(Id, 2).

%% The transformer's questions. Types are looked up later by number: see typed/2.
encode_name(_, property, [C]) -> [0, 0, 16#b0, sdp(C)];
encode_name(_, property, Name) -> keep(property, Name, pkgd(property, Name));
encode_name(_, event, Name) -> keep(event, Name, pkgd(event, Name));
encode_name(_, signal, Name) -> keep(signal, Name, pkgd(signal, Name));
encode_name(_, statistics, Name) -> keep(statistics, Name, pkgd(statistics, Name));
encode_name(_, package, Name) -> octets(package(Name), 2);
encode_name(_, {event_parameter, Of}, Name) -> param(Of, Name);
encode_name(_, {signal_parameter, Of}, Name) -> param(Of, Name);
encode_name(_, dialplan, Name) -> octets(number(Name, #{}), 2);
encode_name(_, term_id, Id) -> tid(Id);
encode_name(_, mid, Mid) -> Mid.
decode_name(_, Type, Item) -> error({not_needed, Type, Item}).

param(Of, Name) ->
    Id = case {item(param, Of ++ "/" ++ Name), item(observed, Of ++ "/" ++ Name)} of
             {{N, _}, _} -> N;
             {_, {N, _}} -> N;
             _ -> number(Name, #{})
         end,
    octets(Id, 2).

keep(Kind, Name, Octets) -> put({Kind, Octets}, Name), Octets.

sdp(C) -> string:chr("vosiuepcbzkatrm", C).

%% ip/<group>/<interface>/<id>: 3 bits 001, 4 group, 3 interface, 22 id.
tid({megaco_term_id, false, ["root"]}) -> {'TerminationID', [], [255, 255, 255, 255]};
tid({megaco_term_id, _, ["$"]}) -> {'TerminationID', [[16#5f]], [0, 0, 0, 0]};
tid({megaco_term_id, _, ["*"]}) -> {'TerminationID', [[16#df]], [0, 0, 0, 0]};
tid({megaco_term_id, _, ["ip" | Parts]}) ->
    Full = case {length(Parts), lists:last(Parts)} of
               {3, _} -> Parts;
               {N, [C]} when C =:= $*; C =:= $$ -> Parts ++ lists:duplicate(3 - N, [C])
           end,
    [G, I, N3] = [tid_part(P) || P <- Full],
    <<Id:32>> = <<1:3, G:4, I:3, N3:22>>,
    {'TerminationID', fields(Full), octets(Id, 4)}.

tid_part("$") -> 0;
tid_part("*") -> 0;
tid_part("core") -> 0;
tid_part("peer") -> 1;
tid_part(Digits) -> list_to_integer(Digits).

%% A run of one wildcard up to the end is one field for that level and all below.
fields([W, W, W]) when W =:= "*"; W =:= "$" -> [[bit(W) + 64 + 28]];
fields([A, W, W]) when W =:= "*"; W =:= "$" -> field(A, 28) ++ [[bit(W) + 64 + 24]];
fields([A, B, C]) -> field(A, 28) ++ field(B, 24) ++ field(C, 21).
field("*", N) -> [[128 + N]];
field("$", N) -> [[N]];
field(_, _) -> [].
bit("*") -> 128;
bit("$") -> 0.

%% ---- values: a BER value inside the octets --------------------------------------------------------

wrap({'PropertyParm', [0, 0, 16#b0, _] = N, Vs, X}) -> {'PropertyParm', N, values(string, Vs), X};
wrap({'PropertyParm', N, Vs, X}) -> {'PropertyParm', N, values(type(property, N), Vs), X};
wrap({'StatisticsParameter', N, asn1_NOVALUE}) -> {'StatisticsParameter', N, asn1_NOVALUE};
wrap({'StatisticsParameter', N, Vs}) -> {'StatisticsParameter', N, values(type(statistics, N), Vs)};
wrap({'RequestedEvent', N, S, A, Ps}) -> {'RequestedEvent', N, S, wrap(A), params(param, event, N, Ps)};
wrap({'SecondRequestedEvent', N, S, A, Ps}) ->
    {'SecondRequestedEvent', N, S, wrap(A), params(param, event, N, Ps)};
wrap({'EventSpec', N, S, Ps}) -> {'EventSpec', N, S, params(param, event, N, Ps)};
wrap({'ObservedEvent', N, S, Ps, T}) -> {'ObservedEvent', N, S, params(observed, event, N, Ps), T};
wrap(T) when element(1, T) =:= 'Signal' ->
    setelement(8, T, params(param, signal, element(2, T), element(8, T)));
wrap(T) when element(1, T) =:= 'ServiceChangeParm' ->
    list_to_tuple(tuple_to_list(setelement(6, T, values(string, element(6, T)))));
wrap(T) when is_tuple(T) -> list_to_tuple([wrap(E) || E <- tuple_to_list(T)]);
wrap(L) when is_list(L) -> [wrap(E) || E <- L];
wrap(X) -> X.

params(Kind, Of, N, Ps) ->
    Name = get({Of, N}),
    [begin
         [A, B] = Id,
         Types = [T || K <- [Kind, param, observed], P <- names(K, Name),
                       {I, T} <- [item(K, Name ++ "/" ++ P)], I =:= A * 256 + B],
         {Tag, Id, values(hd(Types ++ [unknown]), Vs), X}
     end || {Tag, Id, Vs, X} <- Ps].

names(param, "nt/qualert") -> ["th"];
names(param, "hangterm/thb") -> ["timerx"];
names(param, "adid/ipstop") -> ["dt", "dir"];
names(param, "it/ito") -> ["mit"];
names(param, "ipnapt/latch") -> ["napt"];
names(observed, "g/cause") -> ["generalcause", "failurecause"];
names(observed, "nt/netfail") -> ["cs"];
names(observed, "chp/mgcon") -> ["reduction"];
names(_, _) -> [].

type(Kind, Octets) ->
    case item(Kind, get({Kind, Octets})) of {_, T} -> T; unknown -> unknown end.

values(_, ["$"]) -> [];
values(Type, Vs) -> [value(Type, V) || V <- Vs].

value(int, V) -> int(2, list_to_integer(V));
value(bool, V) -> [1, 1, case V of "on" -> 255; "ON" -> 255; _ -> 0 end];
value(hex, V) -> [4, 1, list_to_integer(V, 16)];
value(string, V) -> tlv(22, V);
value({enum, Names}, V) -> int(10, proplists:get_value(string:lowercase(V), Names));
value(unknown, V) ->
    case {V, catch list_to_integer(V)} of
        {_, N} when is_integer(N) -> int(2, N);
        {"0x" ++ H, _} -> tlv(4, binary_to_list(binary:decode_hex(list_to_binary(H))));
        {"ON", _} -> [1, 1, 255];
        {"on", _} -> [1, 1, 255];
        {"OFF", _} -> [1, 1, 0];
        {"off", _} -> [1, 1, 0];
        _ -> tlv(22, V)
    end.

tlv(Tag, S) when length(S) < 128 -> [Tag, length(S) | S];
tlv(Tag, S) when length(S) < 256 -> [Tag, 16#81, length(S) | S].
int(Tag, N) -> int(Tag, N, 1).
int(Tag, N, Len) ->
    Max = 1 bsl (8 * Len - 1),
    if N >= -Max, N < Max -> [Tag, Len | octets(N band ((1 bsl (8 * Len)) - 1), Len)];
       true -> int(Tag, N, Len + 1)
    end.

%% ---- generator: text by the grammar, what the version allows --------------------------------------

generate(I, Dir) ->
    V = one([1, 2, 3, 3]),
    put(long, one([true, false])),
    put(v, V),
    Text = iolist_to_binary(message(V)),
    Name = filename:join(Dir, integer_to_list(I)),
    ok = file:write_file(Name ++ ".txt", Text),
    M = read_text(Name ++ ".txt"),
    case catch ber(M) of
        B when is_binary(B) -> ok = file:write_file(Name ++ ".ber", B), true;
        E -> io:format("~s: OTP cannot encode this: ~0P~n", [Name, E, 40]), false
    end.

one(L) -> lists:nth(rand:uniform(length(L)), L).
maybe_(X) -> case rand:uniform(2) of 1 -> [X()]; 2 -> [] end.
seldom(X) -> case rand:uniform(8) of 1 -> [X()]; _ -> [] end.
some(Max, X) -> [X() || _ <- lists:seq(1, rand:uniform(Max))].
few(Max, X) -> [X() || _ <- lists:seq(1, rand:uniform(Max + 1) - 1)].
num(Max) -> integer_to_list(rand:uniform(Max)).
v(N) -> get(v) >= N.
t(Long, Short) -> case get(long) of true -> Long; false -> Short end.
comma(L) -> lists:join(case get(long) of true -> ",\n "; false -> "," end, L).
braces(L) -> ["{", comma(L), "}"].
eq(A, B) -> [A, case get(long) of true -> " = "; false -> "=" end, B].
%% Different ones of the list, in its order.
subset(L) -> [E || E <- L, rand:uniform(3) =:= 1].
subset1(L) -> case subset(L) of [] -> [one(L)]; S -> S end.

message(V) ->
    Head = [t("MEGACO", "!"), "/", integer_to_list(V), " ", mid(), "\n"],
    Auth = seldom(fun() -> "Authentication=0x0000abcd:0x12345678:0x0123456789ABCDEF01234567\n" end),
    Body = case rand:uniform(12) of
               1 -> error_();
               2 -> segment_or_ack();
               _ -> lists:join("\n", some(2, fun transaction/0))
           end,
    [Auth, Head, Body].

mid() ->
    one(["[192.0.2.1]:2944", "[198.51.100.7]", "[2001:db8:1:2:3:4:5:6]:2945", "<mgc.example.net>:2944",
         "<a>", "gateway", "MTP{0A3F}"]).
segment_or_ack() ->
    case v(3) of
        true -> one([[t("Segment", "SM"), "=7/1"], [t("Segment", "SM"), "=7/65535/", t("END", "&")], ack()]);
        false -> ack()
    end.
ack() -> [t("TransactionResponseAck", "K"), braces(some(3, fun() -> one([num(99), [num(9), "-", "99"]]) end))].
error_() -> [eq(t("Error", "ER"), one(["400", "433", "500"])), " {", one(["", "\"Some text\""]), "}"].

transaction() ->
    case rand:uniform(8) of
        1 -> [eq(t("Pending", "PN"), num(4294967295)), " {}"];
        2 -> ack();
        N when N < 6 -> [eq(t("Transaction", "T"), num(4294967295)), braces(some(2, fun action/0))];
        _ -> reply()
    end.

reply() ->
    Id = [num(4294967295), case {v(3), rand:uniform(6)} of
                               {true, 1} -> "/3";
                               {true, 2} -> ["/4/", t("END", "&")];
                               _ -> ""
                           end],
    Parts = case rand:uniform(10) of
                1 -> [error_()];
                _ -> seldom(fun() -> t("ImmAckRequired", "IA") end) ++
                         [comma(some(2, fun action_reply/0))]
            end,
    [eq(t("Reply", "P"), Id), braces(Parts)].

cid() -> one(["-", "$", "*", num(70000), "4294967293"]).
action() ->
    [eq(t("Context", "C"), cid()), braces(context_props() ++ some(3, fun command/0))].
action_reply() ->
    Parts = case rand:uniform(10) of
                1 -> [error_()];
                _ -> context_props() ++ some(3, fun command_reply/0)
            end,
    [eq(t("Context", "C"), one(["-", num(70000)])), braces(Parts)].

context_props() ->
    seldom(fun() -> eq(t("Priority", "PR"), one(["0", "7", "15"])) end) ++
        seldom(fun() -> t("Emergency", "EG") end) ++
        case v(3) of true -> seldom(fun() -> eq(t("IEPSCall", "IEPS"), one(["ON", "OFF"])) end); _ -> [] end ++
        seldom(fun() ->
                       [t("Topology", "TP"), braces([plain_tid(), plain_tid(),
                        one([t("Bothway", "BW"), t("Isolate", "IS"), t("Oneway", "OW")])])]
               end).

plain_tid() -> ["ip/", one(["0", "1", "15"]), "/", one(["core", "peer", "2", "7"]), "/", num(4194303)].
tid() ->
    one([plain_tid(), plain_tid(), plain_tid(), "ROOT", "*", "$", "ip/*", "ip/$/$/$", "ip/1/*", "ip/1/core/$",
         "ip/1/core/*", "ip/1/$/$", "ip/*/core/5", "ip/*/peer/*", "ip/$/core/$", "ip/15/*/9"]).
tids() ->
    case {v(3), rand:uniform(8)} of
        {true, 1} -> ["[", lists:join(",", [plain_tid() | some(2, fun plain_tid/0)]), "]"];
        _ -> tid()
    end.

command() ->
    Prefix = [seldom(fun() -> "O-" end), seldom(fun() -> "W-" end)],
    Command = fun(Name, Body) -> [eq([Prefix, Name], tids()), Body] end,
    case rand:uniform(10) of
        N when N < 3 -> Command(t("Add", "A"), amm());
        3 -> Command(t("Move", "MV"), amm());
        N when N < 6 -> Command(t("Modify", "MF"), amm());
        6 -> Command(t("Subtract", "S"), one(["", braces([audit()])]));
        7 -> Command(t("AuditValue", "AV"), braces([audit()]));
        8 -> Command(t("AuditCapability", "AC"), braces([audit()]));
        9 -> Command(t("Notify", "N"), braces([observed()]));
        10 -> Command(t("ServiceChange", "SC"), braces([services()]))
    end.

amm() ->
    All = [fun media/0, fun events/0, fun signals/0, fun audit/0, fun event_buffer/0] ++
        [fun statistics/0 || v(3)],
    case subset(All) of [] -> ""; L -> braces([F() || F <- L]) end.

command_reply() ->
    Parts = fun() -> [F() || F <- subset1([fun media/0, fun events/0, fun signals/0, fun statistics/0,
                                           fun observed/0, fun packages/0, fun event_buffer/0])] end,
    case rand:uniform(8) of
        1 -> eq(t("Add", "A"), tid());
        2 -> [eq(t("Modify", "MF"), tid()), braces([media()])];
        3 -> [eq(t("Subtract", "S"), tid()), braces([statistics()])];
        4 -> [eq(t("Notify", "N"), tid()), seldom(fun() -> braces([error_()]) end)];
        5 -> [eq(t("AuditValue", "AV"), plain_tid()), braces(Parts())];
        6 -> [eq(t("AuditCapability", "AC"), plain_tid()), braces(Parts())];
        7 -> [eq(t("ServiceChange", "SC"), tid()),
              one([braces([error_()]), braces([[t("Services", "SV"), braces(subset1(service_results()))]])])];
        8 -> [eq(t("Add", "A"), plain_tid()), braces([error_()])]
    end.

service_results() ->
    [eq(t("Version", "V"), one(["1", "3"])), eq(t("Profile", "PF"), "IxProfile/4"),
     eq(t("MgcIdToTry", "MG"), "[192.0.2.9]:1"), "20261120T15230000"].

services() ->
    [t("Services", "SV"),
     braces([eq(t("Method", "MT"), one([t("Restart", "RS"), t("Forced", "FO"), t("Graceful", "GR"),
                                        t("Failover", "FL"), t("Disconnected", "DC"), t("HandOff", "HO")])),
             eq(t("Reason", "RE"), one(["\"901 Cold Boot\"", "\"905\""]))] ++
            subset([eq(t("Delay", "DL"), one(["0", "4294967295"])), "20261120T15230000",
                    eq(t("Version", "V"), "3"), eq(t("Profile", "PF"), "IxProfile/4"),
                    one([eq(t("ServiceChangeAddress", "AD"), one(["2945", "<a.b>:7", "[192.0.2.9]:8"])),
                         eq(t("MgcIdToTry", "MG"), "[192.0.2.9]:1")])]))].

audit() ->
    [t("Audit", "AT"), braces(subset([t("Media", "M"), t("Signals", "SG"), t("Events", "E"),
                                      t("Packages", "PG"), t("Statistics", "SA"), t("EventBuffer", "EB"),
                                      t("ObservedEvents", "OE"), t("Mux", "MX"), t("DigitMap", "DM")] ))].
packages() ->
    [t("Packages", "PG"), braces([[P, "-", one(["1", "2"])] || P <- subset1(["g", "root", "ds", "gm", "x00bd"])])].
statistics() ->
    [t("Statistics", "SA"), braces([[S, one(["", "=0", "=4294967296", "=18446744073709551615"])] ||
                                       S <- subset1(["nt/dur", "nt/os", "nt/or", "gm/dp", "rtp/ps"])])].

%% ---- Media

media() ->
    Streams = case rand:uniform(3) of
                  1 -> stream();
                  _ -> [[eq(t("Stream", "ST"), integer_to_list(N)), braces(stream())] ||
                           N <- subset1([1, 2, 65535])]
              end,
    [t("Media", "M"), braces(seldom(fun state/0) ++ Streams)].

stream() ->
    Stats = [fun statistics/0 || v(3)],
    [F() || F <- subset1([fun control/0, fun() -> [t("Local", "L"), sdp()] end,
                          fun() -> [t("Remote", "R"), sdp()] end])] ++
        case Stats of [S] -> seldom(S); [] -> [] end.

control() ->
    [t("LocalControl", "O"),
     braces(subset1([eq(t("Mode", "MO"), one([t("SendOnly", "SO"), t("ReceiveOnly", "RC"),
                                              t("SendReceive", "SR"), t("Inactive", "IN"), t("Loopback", "LB")])),
                     eq(t("ReservedValue", "RV"), one(["ON", "OFF"])),
                     eq(t("ReservedGroup", "RG"), one(["ON", "OFF"])) | properties()]))].

properties() ->
    ["ds/dscp=2e", "gm/saf=ON", "gm/spf=OFF", one(["gm/sam=\"192.0.2.0/24\"", "gm/sam=[\"a\",\"b\"]"]),
     one(["gm/spr=[1024:2048]", "gm/spr=5"]), one(["tman/sdr=125000", "tman/sdr>5", "tman/sdr<70000"]),
     one(["tman/mbs#128", "tman/mbs={1,200,40000}"]), "tman/pdr=18446744073709551615",
     one(["ipdc/realm=\"core.ims.example\"", "ipdc/realm=$"]), "rtcph/rsb=ON",
     one(["x00bd/x0001=-5", "x00bd/x0001=\"two words\"", "x00bd/x0001=0xbeef", "x00bd/x0001=ON"])].

state() ->
    [t("TerminationState", "TS"),
     braces(subset1([eq(t("ServiceStates", "SI"), one([t("Test", "TE"), t("OutOfService", "OS"), t("InService", "IV")])),
                     eq(t("Buffer", "BF"), one(["OFF", t("LockStep", "SP")])),
                     "root/normalMGExecutionTime=500", "root/MGOriginatedPendingLimit=5"]))].

sdp() ->
    Session = fun() ->
                      ["v=0\r\n", maybe_(fun() -> "o=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n" end),
                       one(["c=IN IP4 $\r\n", "c=IN IP4 198.51.100.1\r\n", "c=IN IP6 2001:db8::1\r\n"]),
                       maybe_(fun() -> "b=AS:80\r\n" end), maybe_(fun() -> "t=0 0\r\n" end),
                       "m=", one(["message", "image", "application", "-"]), " ", one(["$", "20000"]), " ",
                       one(["TCP/MSRP *", "UDP/TLS/UDPTL t38", "TCP -", "UDP -"]), "\r\n",
                       few(3, fun() -> one(["a=setup:passive\r\n", "a=sendrecv\r\n", "a=x:y;z=\"1\"\r\n"]) end)]
              end,
    ["{\r\n", some(2, Session), "}"].

%% ---- Events and Signals

events() ->
    [eq(t("Events", "E"), num(4294967294)), braces(some_events(fun(A) -> A ++ embed() end))].
some_events(More) ->
    [begin P = More(Ps), [N, case P of [] -> ""; _ -> braces(P) end] end || {N, Ps} <- event_names()].
event_names() ->
    subset1([{"g/cause", []}, {"nt/netfail", seldom(fun() -> t("KeepActive", "KA") end)},
             {"hangterm/thb", ["timerx=1800"]},
             {"adid/ipstop", ["dt=60", one(["dir=BOTH", "dir=IN"])]},
             {"it/ito", ["mit=1000"]}, {"x00bd/x0001", seldom(fun() -> "x0001=7" end)},
             {"nt/*", []}, {"nt/qualert", [eq(t("Stream", "ST"), "2"), "th=5"]}]).
embed() ->
    case rand:uniform(5) of
        1 -> [[t("Embed", "EM"), braces([signals()] ++
              seldom(fun() -> [eq(t("Events", "E"), "9"), braces(some_events(fun(A) -> A end))] end))]];
        _ -> []
    end ++
        case {v(3), rand:uniform(10)} of
            {true, 1} -> [t("ResetEventsDescriptor", "RSE")];
            {true, 2} -> [one([t("ImmediateNotify", "NBIN"), t("NeverNotify", "NBNN")])];
            _ -> []
        end.

event_buffer() -> [t("EventBuffer", "EB"), braces(["g/cause" | seldom(fun() -> "nt/qualert{th=5}" end)])].

signals() -> [t("Signals", "SG"), braces(subset1([signal(), signal(), list()]))].
list() -> [eq(t("SignalList", "SL"), num(65535)), braces(some(2, fun signal/0))].
signal() ->
    Parts = subset([eq(t("Stream", "ST"), "1"), eq(t("SignalType", "SY"), one([t("Brief", "BR"), t("OnOff", "OO"), t("TimeOut", "TO")])),
                    eq(t("Duration", "DR"), "500"),
                    [t("NotifyCompletion", "NC"), "={", lists:join(",", subset1([t("TimeOut", "TO"), t("IntByEvent", "IBE"), t("OtherReason", "OR")])), "}"],
                    t("KeepActive", "KA"), one(["napt=LATCH", "napt=OFF"])] ++
                   case v(3) of
                       true -> [eq(t("SPADirection", "SPADI"), one([t("Both", "B"), t("External", "EX"), t("Internal", "IT")])),
                                eq(t("SPARequestID", "SPARQ"), "77"), eq(t("Intersignal", "SPAIS"), "5")];
                       false -> []
                   end),
    ["ipnapt/latch", case Parts of [] -> ""; _ -> braces(Parts) end].

observed() ->
    E = fun() ->
                [one(["", "20261120T15241250:"]),
                 one(["hangterm/thb", "g/cause{Generalcause=FT,Failurecause=\"TCP RST\"}",
                      ["g/cause{", eq(t("Stream", "ST"), "2"), ",Generalcause=NR}"], "nt/netfail{cs=\"lost\"}",
                      "adid/ipstop", "chp/MGCon{reduction=50}", "x00bd/x0001{x0001=\"z z\"}"])]
        end,
    [eq(t("ObservedEvents", "OE"), num(4294967294)), braces(some(3, E))].

%% ---- comparison -----------------------------------------------------------------------------------

compare(Dir, N) ->
    Text = read_text(filename:join(Dir, N ++ ".txt")),
    Checks = [text(Dir, N, Text, "pretty", ".txt.pretty"), text(Dir, N, Text, "compact", ".txt.compact")] ++
        case filelib:is_file(filename:join(Dir, N ++ ".ber")) of
            true ->
                Native = native(version(Text), filename:join(Dir, N ++ ".ber")),
                [same(N, "BER of their BER", Native, fun() -> native(version(Text), filename:join([Dir, "ber", N ++ ".ber.ber"])) end),
                 same(N, "BER of their text", Native, fun() -> native(version(Text), filename:join([Dir, "ber", N ++ ".txt.ber"])) end),
                 text(Dir, N, Text, "pretty", ".ber.pretty")];
            false -> []
        end,
    lists:sum(Checks).

text(Dir, N, Text, Form, Ext) ->
    same(N, Form ++ " of " ++ Ext, Text, fun() -> read_text(filename:join([Dir, Form, N ++ Ext])) end).

%% "ip/$" and "ip/$/$/$", and the case of what OTP leaves as it was written, say the same.
canonical({megaco_term_id, true, ["ip" | P]}) when length(P) < 3, hd(P) =/= "*" ->
    case lists:last(P) of
        "$" -> {megaco_term_id, true, ["ip" | P ++ lists:duplicate(3 - length(P), "$")]};
        _ -> {megaco_term_id, true, ["ip" | P]}
    end;
canonical({megaco_term_id, true, ["ip" | P]}) ->
    {megaco_term_id, true, ["ip" | cut(P)]};
canonical({T, [C | _] = N, V, X}) when T =:= 'PropertyParm', C >= $a, length(N) > 1;
                                       T =:= 'EventParameter', C >= $a; T =:= 'SigParameter', C >= $a ->
    {T, N, [string:lowercase(E) || E <- V], canonical(X)};
canonical({'ServiceChangeProfile', N}) -> {'ServiceChangeProfile', string:lowercase(N)};
canonical({mtpAddress, Hex}) -> {mtpAddress, string:lowercase(Hex)};
canonical({sublist, false}) -> asn1_NOVALUE; % "one of these", as without it
canonical(T) when is_tuple(T) -> list_to_tuple([canonical(E) || E <- tuple_to_list(T)]);
canonical(L) when is_list(L) -> in_order([canonical(E) || E <- L]);
canonical(X) -> X.

%% The order of descriptors, of audit tokens, and of signals among signal lists says nothing.
in_order([{Tag, _} | _] = L) when is_atom(Tag) ->
    case lists:suffix("Descriptor", atom_to_list(Tag)) orelse Tag =:= signal orelse Tag =:= seqSigList of
        true -> lists:keysort(1, L);
        false -> L
    end;
in_order([A | _] = L) when is_atom(A) -> lists:sort(L);
in_order(L) -> L.

%% Trailing stars are one star.
cut(P) ->
    case lists:reverse(P) of
        ["*", "*" | R] -> cut(lists:reverse(["*" | R]));
        _ -> P
    end.

same(N, What, Want, Get) ->
    {W, G} = {canonical(Want), canonical(catch Get())},
    case W =:= G of
        true -> 0;
        false ->
            {A, B} = first_difference(W, G),
            io:format("~s: ~s differs~n  want ~0P~n  got  ~0P~n", [N, What, A, 60, B, 60]),
            1
    end.

first_difference(A, B) when is_tuple(A), is_tuple(B), tuple_size(A) =:= tuple_size(B) ->
    first_difference(tuple_to_list(A), tuple_to_list(B));
first_difference([E | A], [E | B]) -> first_difference(A, B);
first_difference([A | As], [B | Bs]) when length(As) =:= length(Bs) ->
    case first_difference(A, B) of
        {A, B} -> {A, B};
        D -> D
    end;
first_difference(A, B) -> {A, B}.
